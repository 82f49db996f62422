//! The settings that `plugin.json` declares, with the names and types that Rust has for them.

use std::ops::Range;

use stratos_manifest::{Choice, Setting, SettingType};
use syn::Ident;

use crate::names::{Names, snake, upper_camel};

/// One setting.
pub(crate) struct Declared<'m> {
    pub(crate) setting: &'m Setting,
    /// The accessor; the one with a default of the caller's ends in `_or`.
    pub(crate) method: Ident,
    pub(crate) or: Ident,
    pub(crate) kind: Kind<'m>,
}

/// What a setting is in Rust.
pub(crate) enum Kind<'m> {
    Bool,
    Text,
    Number,
    Json,
    Choice {
        name: Ident,
        variants: Vec<(Ident, &'m Choice)>,
    },
}

/// Names all settings.
pub(crate) fn declare(settings: &[(Setting, Range<usize>)]) -> Vec<Declared<'_>> {
    let mut methods = Names::default();
    let mut types = Names::default();
    types.take("Settings", "");
    settings
        .iter()
        .enumerate()
        .map(|(index, (setting, _))| {
            let number = index + 1;
            let name = snake(&setting.key);
            let method = methods.take_all(&name, &format!("setting_{number}"), &["", "_or"]);
            let or = Ident::new(&format!("{}_or", plain(&method)), method.span());
            let kind = match setting.kind {
                SettingType::Boolean => Kind::Bool,
                SettingType::Text | SettingType::LongText | SettingType::Date => Kind::Text,
                SettingType::Number | SettingType::Range => Kind::Number,
                SettingType::Json => Kind::Json,
                SettingType::List | SettingType::Radio => Kind::Choice {
                    name: types.take(&upper_camel(&setting.key), &format!("Setting{number}")),
                    variants: variants(&setting.options),
                },
            };
            Declared {
                setting,
                method,
                or,
                kind,
            }
        })
        .collect()
}

/// An option's name: the value's, `N` before a number, and its place in the list where that gives none.
fn variants(options: &[Choice]) -> Vec<(Ident, &Choice)> {
    let mut names = Names::default();
    let numbered = options.iter().enumerate().map(|(index, option)| {
        let text = match option.value.as_str() {
            Some(text) => text.to_owned(),
            None => option.value.to_string(),
        };
        let is_number = text.parse::<f64>().is_ok();
        let wanted = match text.strip_prefix('-') {
            Some(positive) if is_number => format!("Minus{}", digits(positive)),
            _ if is_number => format!("N{}", digits(&text)),
            _ if text.starts_with(|first: char| first.is_ascii_digit()) => {
                format!("N{}", upper_camel(&text))
            }
            _ => upper_camel(&text),
        };
        let name = names.take(&wanted, &format!("Option{}", index + 1));
        (name, option)
    });
    numbered.collect()
}

fn digits(number: &str) -> String {
    number.replace(['.', '+'], "_").replace('-', "Minus")
}

fn plain(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").unwrap_or(&name).to_owned()
}

/// What is wrong with a setting's default, if anything; the message is about the manifest.
pub(crate) fn unfit_default(declared: &Declared<'_>) -> Option<String> {
    let setting = declared.setting;
    let default = setting.default.as_ref()?;
    let (fits, wanted) = match &declared.kind {
        Kind::Bool => (default.is_boolean(), "true or false"),
        Kind::Text => (default.is_string(), "text"),
        Kind::Number => (default.is_number(), "a number"),
        Kind::Json => (true, ""),
        Kind::Choice { variants, .. } => {
            let mut options = variants.iter();
            let is_one = options.any(|(_, option)| option.value == *default);
            // A list without an option that can be read is an error already, and the cause of this one.
            (is_one || variants.is_empty(), "one of its options")
        }
    };
    let key = setting.key.escape_debug();
    (!fits).then(|| {
        format!("the default of setting `{key}` is `{default}`, which is not {wanted}: correct it, or leave it out")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_have_names_whatever_they_are() {
        let values =
            r#"["kg", "KG", "very-long", "", "3d", "5", "self", "é", 5, -2, 2.5, true, "Option4"]"#;
        let settings = settings(&format!(
            r#"{{ "key": "u", "name": "U", "type": "list", "scope": "user", "options": {} }}"#,
            options(values)
        ));
        let declared = declare(&settings);
        let Kind::Choice { name, variants } = &declared[0].kind else {
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
    fn keys_become_methods_and_none_is_there_twice() {
        let keys = ["apiUrl", "api-url", "type", "api_url_or", "--", "Settings"];
        let one = |key: &&str| {
            format!(
                r#"{{ "key": "{key}", "name": "N", "type": "list", "scope": "user", "options": {} }}"#,
                options("[1]")
            )
        };
        let all: Vec<_> = keys.iter().map(one).collect();
        let settings = settings(&all.join(","));
        let names: Vec<_> = declare(&settings)
            .iter()
            .map(|declared| match &declared.kind {
                Kind::Choice { name, .. } => format!("{} {} {name}", declared.method, declared.or),
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
    fn a_default_of_the_wrong_type_is_said() {
        let settings = settings(
            r#"{ "key": "a", "name": "A", "type": "number", "scope": "user", "default": "30" }"#,
        );
        let wrong: Vec<_> = declare(&settings)
            .iter()
            .filter_map(unfit_default)
            .collect();
        let expected = "the default of setting `a` is `\"30\"`, which is not a number: correct it, or leave it out";
        assert_eq!(wrong, [expected]);
    }

    fn options(values: &str) -> String {
        let values = values.trim_matches(['[', ']']).split(", ");
        let options: Vec<_> = values
            .map(|value| format!(r#"{{ "value": {value}, "label": "x" }}"#))
            .collect();
        format!("[{}]", options.join(","))
    }

    fn settings(list: &str) -> Vec<(Setting, Range<usize>)> {
        let source = format!(
            r#"{{
                "id": "a", "name": "A", "version": "1.0.0", "description": "A.", "type": "user",
                "author": {{ "id": "a", "name": "A" }}, "icon_light": "a.svg", "icon_dark": "a.svg",
                "availableSettings": [{list}]
            }}"#
        );
        stratos_manifest::readable_settings(source.as_bytes())
    }
}
