//! Syntax tree to model.

use std::ops::Range;

use jsonc_parser::ast::{Object, Value};
use serde_json::Value as Json;

use crate::{
    model::{Author, Background, Choice, Manifest, PluginType, Setting, SettingScope, SettingType},
    reading::{decode, find, head, key_text, parse, span},
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

/// The settings that a manifest declares, whatever else is wrong with it, each with the place of its default, or of
/// itself where it has none.
///
/// For tools that go on after an error. A setting is here if it has a key and a type; a name and a scope that are not
/// there, or wrong, are replaced, and options that are wrong are left out.
pub fn readable_settings(source: &[u8]) -> Vec<(Setting, Range<usize>)> {
    let (text, _) = decode(source);
    let Some(text) = text else {
        return Vec::new();
    };
    let (value, _) = parse(&text);
    let root = value.as_ref().and_then(|value| value.as_object());
    let settings = root.into_iter().flat_map(|root| {
        elements(root, "availableSettings").filter_map(|element| {
            let object = element.as_object()?;
            let default = find(object, "default").map(|property| head(&property.value));
            Some((
                readable_setting(object, &text)?,
                default.unwrap_or_else(|| head(element)),
            ))
        })
    });
    settings.collect()
}

fn setting(object: &Object<'_>, text: &str) -> Option<Setting> {
    let setting = readable_setting(object, text)?;
    let complete = match setting.kind {
        SettingType::Range => setting.min.is_some() && setting.max.is_some(),
        SettingType::List | SettingType::Radio => !setting.options.is_empty(),
        _ => true,
    };
    let nothing_replaced = key_text(object, "name").is_some()
        && scope(object).is_some()
        && setting.options.len() == elements(object, "options").count();
    (complete && nothing_replaced).then_some(setting)
}

fn readable_setting(object: &Object<'_>, text: &str) -> Option<Setting> {
    let key = owned(object, "key")?;
    Some(Setting {
        name: owned(object, "name").unwrap_or_else(|| key.clone()),
        key,
        description: owned(object, "description"),
        kind: SettingType::from_name(key_text(object, "type")?)?,
        scope: scope(object).unwrap_or(SettingScope::User),
        default: find(object, "default").and_then(|property| json(&property.value, text)),
        min: number(object, "min"),
        max: number(object, "max"),
        step: number(object, "step"),
        pattern: owned(object, "pattern"),
        placeholder: owned(object, "placeholder"),
        options: elements(object, "options")
            .filter_map(|element| choice(element.as_object()?, text))
            .collect(),
    })
}

fn scope(object: &Object<'_>) -> Option<SettingScope> {
    SettingScope::from_name(key_text(object, "scope")?)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_far_as_they_go() {
        let source = r#"{ "id": 1, "availableSettings": [
            { "key": "a", "type": "number", "scope": "pilot", "default": "30" },
            { "key": "b", "type": "list", "options": [{ "value": 1 }, { "value": 2, "label": "2" }] },
            { "key": "c", "type": "colour" },
            3
        ] }"#;
        let settings = readable_settings(source.as_bytes());
        let seen: Vec<_> = settings
            .iter()
            .map(|(setting, place)| {
                let Setting { key, name, .. } = setting;
                let (scope, options) = (setting.scope, setting.options.len());
                (
                    key.as_str(),
                    name.as_str(),
                    scope,
                    options,
                    &source[place.clone()],
                )
            })
            .collect();
        let expected = [
            ("a", "a", SettingScope::User, 0, "\"30\""),
            ("b", "b", SettingScope::User, 1, "{"),
        ];
        assert_eq!(seen, expected);
        assert_eq!(readable_settings(b"no json"), []);
    }
}
