//! Syntax tree to model.

use jsonc_parser::ast::{Object, Value};
use serde_json::Value as Json;

use crate::{
    model::{Author, Background, Choice, Manifest, PluginType, Setting, SettingScope, SettingType},
    reading::{find, key_text, span},
};

/// The model of a tree that no rule found an error in.
///
/// `None` then means that a rule is missing; a test goes through all fields and wrong values to see that none is.
/// `text` is what the tree was read from.
pub(crate) fn build(root: &Object<'_>, text: &str) -> Option<Manifest> {
    let author = object(root, "author")?;
    let background = match object(root, "background") {
        Some(background) => Some(Background {
            entry_module: owned(background, "entryModule")?,
        }),
        None => None,
    };
    Some(Manifest {
        id: owned(root, "id")?,
        name: owned(root, "name")?,
        version: key_text(root, "version")?.parse().ok()?,
        description: owned(root, "description")?,
        kind: PluginType::from_name(key_text(root, "type")?)?,
        author: Author {
            id: owned(author, "id")?,
            name: owned(author, "name")?,
            contact: owned(author, "contact"),
        },
        icon_light: owned(root, "icon_light")?,
        icon_dark: owned(root, "icon_dark")?,
        background,
        settings: elements(root, "availableSettings")
            .map(|element| setting(element.as_object()?, text))
            .collect::<Option<_>>()?,
        homepage: owned(root, "homepage"),
    })
}

fn setting(object: &Object<'_>, text: &str) -> Option<Setting> {
    let kind = SettingType::from_name(key_text(object, "type")?)?;
    let setting = Setting {
        key: owned(object, "key")?,
        name: owned(object, "name")?,
        description: owned(object, "description"),
        kind,
        scope: SettingScope::from_name(key_text(object, "scope")?)?,
        default: find(object, "default").and_then(|property| json(&property.value, text)),
        min: number(object, "min"),
        max: number(object, "max"),
        step: number(object, "step"),
        pattern: owned(object, "pattern"),
        placeholder: owned(object, "placeholder"),
        options: elements(object, "options")
            .map(|element| choice(element.as_object()?, text))
            .collect::<Option<_>>()?,
    };
    let complete = match kind {
        SettingType::Range => setting.min.is_some() && setting.max.is_some(),
        SettingType::List | SettingType::Radio => !setting.options.is_empty(),
        _ => true,
    };
    complete.then_some(setting)
}

fn choice(object: &Object<'_>, text: &str) -> Option<Choice> {
    Some(Choice {
        value: json(&find(object, "value")?.value, text).unwrap_or_default(),
        label: owned(object, "label")?,
    })
}

fn owned(object: &Object<'_>, key: &str) -> Option<String> {
    key_text(object, key).map(str::to_owned)
}

fn object<'t, 'a>(parent: &'t Object<'a>, key: &str) -> Option<&'t Object<'a>> {
    find(parent, key)?.value.as_object()
}

fn elements<'t, 'a>(parent: &'t Object<'a>, key: &str) -> impl Iterator<Item = &'t Value<'a>> {
    find(parent, key)
        .and_then(|property| property.value.as_array())
        .into_iter()
        .flat_map(|array| &array.elements)
}

fn number(object: &Object<'_>, key: &str) -> Option<f64> {
    find(object, key)?.value.as_number_lit()?.value.parse().ok()
}

/// `None` for numbers beyond those of 64-bit floats only, which are JSON all the same.
fn json(value: &Value<'_>, text: &str) -> Option<Json> {
    serde_json::from_str(&text[span(value)]).ok()
}
