//! Conversion of the syntax tree into the typed manifest.

use std::ops::Range;

use jsonc_parser::ast::{Object, Value};
use serde_json::Value as Json;

use crate::{
    model::{
        manifest::{Author, Background, Manifest, PluginType},
        setting::{Choice, Setting, SettingScope, SettingType},
    },
    syntax::{ParsedManifest, elements, find, find_text, head_span, span},
};

/// A setting and its location in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingDeclaration {
    /// The setting, as far as it is valid.
    pub setting: Setting,
    /// The bytes of the setting's default; without one, the opening brace of the setting.
    pub span: Range<usize>,
}

/// Builds the manifest from a tree in which no rule found an error. `text` is the text of the tree.
///
/// `None` means that a rule is missing; a test tries all fields with wrong values.
pub(crate) fn build_manifest(root: &Object<'_>, text: &str) -> Option<Manifest> {
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
        version: find_text(root, "version")?.parse().ok()?,
        description: owned(root, "description")?,
        kind: PluginType::from_name(find_text(root, "type")?)?,
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

impl ParsedManifest<'_> {
    /// The declared settings, also of a manifest with errors.
    ///
    /// Settings without a key or a valid type are left out, and so are invalid options. A missing or invalid name is
    /// replaced by the key, and such a scope by [`SettingScope::User`].
    pub fn settings(&self) -> Vec<SettingDeclaration> {
        let root = self.root.as_ref().and_then(|root| root.as_object());
        let settings = root.into_iter().flat_map(|root| {
            elements(root, "availableSettings").filter_map(|element| {
                let object = element.as_object()?;
                let default = find(object, "default").map(|property| &property.value);
                Some(SettingDeclaration {
                    setting: partial_setting(object, self.text)?,
                    span: head_span(default.unwrap_or(element)),
                })
            })
        });
        settings.collect()
    }
}

fn setting(object: &Object<'_>, text: &str) -> Option<Setting> {
    let setting = partial_setting(object, text)?;
    let is_complete = match setting.kind {
        SettingType::Range => setting.min.is_some() && setting.max.is_some(),
        SettingType::List | SettingType::Radio => !setting.options.is_empty(),
        _ => true,
    };
    let is_unchanged = find_text(object, "name").is_some()
        && scope(object).is_some()
        && setting.options.len() == elements(object, "options").count();
    (is_complete && is_unchanged).then_some(setting)
}

fn partial_setting(object: &Object<'_>, text: &str) -> Option<Setting> {
    let key = owned(object, "key")?;
    Some(Setting {
        name: owned(object, "name").unwrap_or_else(|| key.clone()),
        key,
        description: owned(object, "description"),
        kind: SettingType::from_name(find_text(object, "type")?)?,
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
    SettingScope::from_name(find_text(object, "scope")?)
}

fn choice(object: &Object<'_>, text: &str) -> Option<Choice> {
    Some(Choice {
        value: json(&find(object, "value")?.value, text).unwrap_or_default(),
        label: owned(object, "label")?,
    })
}

fn owned(object: &Object<'_>, key: &str) -> Option<String> {
    find_text(object, key).map(str::to_owned)
}

fn object<'t, 'a>(parent: &'t Object<'a>, key: &str) -> Option<&'t Object<'a>> {
    find(parent, key)?.value.as_object()
}

fn number(object: &Object<'_>, key: &str) -> Option<f64> {
    find(object, key)?.value.as_number_lit()?.value.parse().ok()
}

/// The value as JSON; `None` if it has a number that exceeds a 64-bit float.
fn json(value: &Value<'_>, text: &str) -> Option<Json> {
    serde_json::from_str(&text[span(value)]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_parts_of_settings_are_read() {
        let source = r#"{ "id": 1, "availableSettings": [
            { "key": "a", "type": "number", "scope": "pilot", "default": "30" },
            { "key": "b", "type": "list", "options": [{ "value": 1 }, { "value": 2, "label": "2" }] },
            { "key": "c", "type": "colour" },
            3
        ] }"#;
        let manifest = ParsedManifest::parse(source.as_bytes());
        let settings = manifest.settings();
        let seen: Vec<_> = settings
            .iter()
            .map(|SettingDeclaration { setting, span }| {
                let Setting { key, name, .. } = setting;
                let (scope, options) = (setting.scope, setting.options.len());
                (
                    key.as_str(),
                    name.as_str(),
                    scope,
                    options,
                    &source[span.clone()],
                )
            })
            .collect();
        let expected = [
            ("a", "a", SettingScope::User, 0, "\"30\""),
            ("b", "b", SettingScope::User, 1, "{"),
        ];
        assert_eq!(seen, expected);
        assert_eq!(ParsedManifest::parse(b"no json").settings(), []);
    }
}
