//! Names and types for the settings in `plugin.json`, and validation of their defaults.

use stratos_manifest::{Choice, SettingDeclaration, SettingType};
use syn::{Error, Ident};

use crate::model::{SettingAccessor, SettingKind};
use crate::names::{UniqueNames, snake, upper_camel};
use crate::parse::plugin_json::PluginJson;

/// Names the accessors of all settings, and reports the defaults that do not have their setting's type.
pub(super) fn find<'a>(
    json: Option<&'a PluginJson>,
    errors: &mut Vec<Error>,
) -> Vec<SettingAccessor<'a>> {
    let Some(json) = json else { return Vec::new() };
    let accessors = name_accessors(&json.settings);
    for accessor in &accessors {
        if let Some(text) = invalid_default(accessor) {
            errors.push(json.error(accessor.declaration.span.start, &text));
        }
    }
    accessors
}

fn name_accessors(settings: &[SettingDeclaration]) -> Vec<SettingAccessor<'_>> {
    let mut methods = UniqueNames::default();
    let mut types = UniqueNames::default();
    types.take("Settings", "");
    types.take("Snapshot", "");
    methods.take("all", "");
    methods.take("watch", "");
    settings
        .iter()
        .enumerate()
        .map(|(index, declaration)| {
            let setting = &declaration.setting;
            let number = index + 1;
            let name = snake(&setting.key);
            let method = methods.take_all(&name, &format!("setting_{number}"), &["", "_or"]);
            let method_or = Ident::new(&format!("{}_or", without_raw(&method)), method.span());
            let kind = match setting.kind {
                SettingType::Boolean => SettingKind::Bool,
                SettingType::Text | SettingType::LongText | SettingType::Date => SettingKind::Text,
                SettingType::Number | SettingType::Range => match setting.is_integer() {
                    true => SettingKind::Integer,
                    false => SettingKind::Number,
                },
                SettingType::Json => SettingKind::Json,
                SettingType::List | SettingType::Radio => SettingKind::Choice {
                    name: types.take(&upper_camel(&setting.key), &format!("Setting{number}")),
                    variants: name_variants(&setting.options),
                },
            };
            SettingAccessor {
                declaration,
                method,
                method_or,
                kind,
            }
        })
        .collect()
}

/// Names the variant of each option after its value: `VeryLong`, `N5`, `Minus2`; `Option3` if the value gives no name.
fn name_variants(options: &[Choice]) -> Vec<(Ident, &Choice)> {
    let mut names = UniqueNames::default();
    let named = options.iter().enumerate().map(|(index, option)| {
        let text = match option.value.as_str() {
            Some(text) => text.to_owned(),
            None => option.value.to_string(),
        };
        let is_number = text.parse::<f64>().is_ok();
        let wanted = match text.strip_prefix('-') {
            Some(positive) if is_number => format!("Minus{}", number_name(positive)),
            _ if is_number => format!("N{}", number_name(&text)),
            _ if text.starts_with(|first: char| first.is_ascii_digit()) => {
                format!("N{}", upper_camel(&text))
            }
            _ => upper_camel(&text),
        };
        let name = names.take(&wanted, &format!("Option{}", index + 1));
        (name, option)
    });
    named.collect()
}

/// Replaces the characters of a number that an identifier must not contain.
fn number_name(number: &str) -> String {
    number.replace(['.', '+'], "_").replace('-', "Minus")
}

/// Returns the name of an identifier without `r#`.
fn without_raw(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").unwrap_or(&name).to_owned()
}

/// Returns the error for a default that does not have the type of its setting.
fn invalid_default(accessor: &SettingAccessor<'_>) -> Option<String> {
    let setting = &accessor.declaration.setting;
    let default = setting.default.as_ref()?;
    let (is_valid, expected) = match &accessor.kind {
        SettingKind::Bool => (default.is_boolean(), "true or false"),
        SettingKind::Text => (default.is_string(), "text"),
        SettingKind::Number => (default.is_number(), "a number"),
        SettingKind::Integer => (setting.integer_default().is_some(), "a whole number"),
        SettingKind::Json => (true, ""),
        SettingKind::Choice { variants, .. } => {
            let mut options = variants.iter();
            let is_option = options.any(|(_, option)| option.value == *default);
            // Without readable options, the manifest has another error that causes this one.
            (is_option || variants.is_empty(), "one of its options")
        }
    };
    let key = setting.key.escape_debug();
    (!is_valid).then(|| {
        format!("the default of setting `{key}` is `{default}`, which is not {expected}: correct it, or leave it out")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_option_gets_a_unique_variant_name() {
        let values =
            r#"["kg", "KG", "very-long", "", "3d", "5", "self", "é", 5, -2, 2.5, true, "Option4"]"#;
        let settings = settings(&format!(
            r#"{{ "key": "u", "name": "U", "type": "list", "scope": "user", "options": {} }}"#,
            options(values)
        ));
        let accessors = name_accessors(&settings);
        let SettingKind::Choice { name, variants } = &accessors[0].kind else {
            panic!("a list is a choice");
        };
        assert_eq!(name.to_string(), "U");
        let names: Vec<_> = variants.iter().map(|(name, _)| name.to_string()).collect();
        let expected = [
            "Kg",
            "Kg2",
            "VeryLong",
            "Option4",
            "N3d",
            "N5",
            "Option7",
            "Option8",
            "N5_2",
            "Minus2",
            "N2_5",
            "True",
            "Option4_2",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn each_key_gets_unique_accessor_names() {
        let keys = ["apiUrl", "api-url", "type", "api_url_or", "--", "Settings"];
        let one = |key: &&str| {
            format!(
                r#"{{ "key": "{key}", "name": "N", "type": "list", "scope": "user", "options": {} }}"#,
                options("[1]")
            )
        };
        let all: Vec<_> = keys.iter().map(one).collect();
        let settings = settings(&all.join(","));
        let names: Vec<_> = name_accessors(&settings)
            .iter()
            .map(|accessor| match &accessor.kind {
                SettingKind::Choice { name, .. } => {
                    format!("{} {} {name}", accessor.method, accessor.method_or)
                }
                _ => panic!("a list is a choice"),
            })
            .collect();
        let expected = [
            "api_url api_url_or ApiUrl",
            "api_url_2 api_url_2_or ApiUrl2",
            "r#type type_or Type",
            "api_url_or_2 api_url_or_2_or ApiUrlOr",
            "setting_5 setting_5_or Setting5",
            "settings settings_or Settings2",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_default_of_the_wrong_type_is_an_error() {
        let settings = settings(
            r#"{ "key": "a", "name": "A", "type": "number", "scope": "user", "default": "30" }"#,
        );
        let errors: Vec<_> = name_accessors(&settings)
            .iter()
            .filter_map(invalid_default)
            .collect();
        let expected = "the default of setting `a` is `\"30\"`, which is not a number: correct it, or leave it out";
        assert_eq!(errors, [expected]);
    }

    fn options(values: &str) -> String {
        let values = values.trim_matches(['[', ']']).split(", ");
        let options: Vec<_> = values
            .map(|value| format!(r#"{{ "value": {value}, "label": "x" }}"#))
            .collect();
        format!("[{}]", options.join(","))
    }

    fn settings(list: &str) -> Vec<SettingDeclaration> {
        let source = format!(
            r#"{{
                "id": "a", "name": "A", "version": "1.0.0", "description": "A.", "type": "user",
                "author": {{ "id": "a", "name": "A" }}, "icon_light": "a.svg", "icon_dark": "a.svg",
                "availableSettings": [{list}]
            }}"#
        );
        stratos_manifest::ParsedManifest::parse(source.as_bytes()).settings()
    }
}
