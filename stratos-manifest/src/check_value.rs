//! Validation of a config value against the setting that declares it.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::{
    date::starts_with_day,
    js_regex::rejects_within,
    model::{Setting, SettingType, is_integer},
    quote::{MAX_CHARS, excerpt, quote, quote_source},
    step::{is_between_steps, nearest_step},
    suggest::{closest, is_same_word},
    syntax::is_blank,
};

/// Timeout of a match with a `pattern`; a text for which it takes longer is accepted.
const PATTERN_TIMEOUT: Duration = Duration::from_secs(1);

/// The longest number that is suggested as the nearest step, in characters.
const MAX_STEP: usize = 12;

/// Error of a config value that the settings page would not store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingError {
    /// The manifest declares no setting with the key.
    UnknownKey {
        /// The key.
        key: String,
        /// The declared key that is probably meant.
        similar: Option<String>,
        /// The declared keys.
        known: Vec<String>,
    },
    /// The value is none that the setting takes.
    Value {
        /// The key of the setting.
        key: String,
        /// The values that the setting takes.
        accepted: String,
        /// The value, shortened.
        found: String,
        /// A value that is probably meant, as JSON.
        similar: Option<String>,
    },
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey { key, .. } => {
                write!(f, "the manifest has no setting {}", quote(key))
            }
            Self::Value {
                key,
                accepted,
                found,
                ..
            } => write!(
                f,
                "the setting {} takes {accepted}, not {found}",
                quote(key)
            ),
        }
    }
}

impl std::error::Error for SettingError {}

impl SettingError {
    /// The correction that is probably meant, and the keys that the manifest declares.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::UnknownKey { similar, known, .. } => {
                let known = match known.is_empty() {
                    true => "it declares no settings".to_owned(),
                    false => format!("its settings are {}", known.join(", ")),
                };
                Some(match similar {
                    Some(similar) => format!("did you mean {}? {known}", quote(similar)),
                    None => known,
                })
            }
            Self::Value { similar, .. } => {
                let similar = similar.as_ref()?;
                Some(format!("did you mean {}?", quote_source(similar)))
            }
        }
    }

    /// The [help](Self::help) and another way out, as one text.
    #[must_use]
    pub fn help_or(&self, alternative: &str) -> String {
        match (self, self.help()) {
            (_, None) => alternative.to_owned(),
            (Self::UnknownKey { .. }, Some(help)) => format!("{help}; {alternative}"),
            (Self::Value { .. }, Some(question)) => format!("{question} {alternative}"),
        }
    }
}

/// Finds the setting with this key, and checks that the settings page would store the value.
///
/// Steps are counted from `min`, or from zero. A `pattern` is a JavaScript regular expression; since no documentation
/// says whether the whole text has to match, a text is refused only if no part of it matches. An empty text is the
/// value of an empty form field, and fits every text and date.
///
/// # Errors
///
/// Returns an error if there is no such setting, or it does not take the value.
pub fn check_value<'s>(
    settings: &'s [Setting],
    key: &str,
    value: &Value,
) -> Result<&'s Setting, SettingError> {
    let Some(setting) = settings.iter().find(|setting| setting.key == key) else {
        let known: Vec<_> = settings.iter().map(|setting| setting.key.clone()).collect();
        let similar = closest(key, known.iter().map(String::as_str)).map(str::to_owned);
        return Err(SettingError::UnknownKey {
            key: key.to_owned(),
            similar,
            known,
        });
    };
    match accepts(setting, value) {
        true => Ok(setting),
        false => Err(SettingError::Value {
            key: key.to_owned(),
            accepted: setting.accepted_values(),
            found: describe(value),
            similar: similar(setting, value).map(|value| value.to_string()),
        }),
    }
}

fn accepts(setting: &Setting, value: &Value) -> bool {
    match (setting.kind, value) {
        (SettingType::Boolean, Value::Bool(_)) | (SettingType::LongText, Value::String(_)) => true,
        (SettingType::Text, Value::String(text)) => {
            let pattern = setting.pattern.as_deref().filter(|_| !text.is_empty());
            !pattern.is_some_and(|pattern| rejects_within(pattern, text, PATTERN_TIMEOUT))
        }
        (SettingType::Date, Value::String(text)) => is_blank(text) || starts_with_day(text),
        (SettingType::Number | SettingType::Range, Value::Number(number)) => {
            (!setting.is_integer() || is_integer(number))
                && number
                    .as_f64()
                    .is_some_and(|number| accepts_number(setting, number))
        }
        (SettingType::List | SettingType::Radio, _) => setting.has_option(value),
        (SettingType::Json, _) => true,
        _ => false,
    }
}

fn accepts_number(setting: &Setting, number: f64) -> bool {
    let is_off_step = setting.step.is_some_and(|step| {
        step > 0.0 && is_between_steps(number, setting.min.unwrap_or_default(), step)
    });
    number.is_finite()
        && setting.min.is_none_or(|min| number >= min)
        && setting.max.is_none_or(|max| number <= max)
        && !is_off_step
}

/// The accepted value that is probably meant: without or with quotes, the nearest step, the option of a label.
fn similar(setting: &Setting, value: &Value) -> Option<Value> {
    let candidate = match (setting.kind, value) {
        (SettingType::List | SettingType::Radio, _) => return similar_option(setting, value),
        (SettingType::Boolean | SettingType::Number | SettingType::Range, Value::String(text)) => {
            serde_json::from_str(text.trim()).ok()?
        }
        (SettingType::Text | SettingType::LongText, Value::Number(_) | Value::Bool(_)) => {
            Value::String(value.to_string())
        }
        (SettingType::Number | SettingType::Range, Value::Number(number)) => {
            let base = setting.min.unwrap_or_default();
            let nearest = nearest_step(number.as_f64()?, base, setting.step?).to_string();
            // A longer one is the rounding error of a step such as 0.1.
            (nearest.len() <= MAX_STEP)
                .then(|| serde_json::from_str(&nearest).ok())
                .flatten()?
        }
        _ => return None,
    };
    accepts(setting, &candidate).then_some(candidate)
}

fn similar_option(setting: &Setting, value: &Value) -> Option<Value> {
    let word = match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    let text_of = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let options = || setting.options.iter();
    let meant = options()
        .find(|option| {
            text_of(&option.value) == word || is_same_word(&option.label, &word) && !word.is_empty()
        })
        .or_else(|| {
            let texts = options().filter_map(|option| option.value.as_str());
            let similar = closest(&word, texts)?;
            options().find(|option| option.value == similar)
        })?;
    Some(meant.value.clone())
}

/// The value in a message, such as `the text "abc"`.
fn describe(value: &Value) -> String {
    let json = value.to_string();
    let shown = excerpt(&json, MAX_CHARS);
    match value {
        Value::String(_) => format!("the text {shown}"),
        Value::Array(_) => format!("the list {shown}"),
        Value::Object(_) => format!("the object {shown}"),
        Value::Null => "`null`".to_owned(),
        Value::Bool(_) | Value::Number(_) => shown.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ParsedManifest;

    const SETTINGS: &str = r#"{ "availableSettings": [
        { "key": "sounds", "name": "S", "type": "boolean" },
        { "key": "icao", "name": "S", "type": "text", "pattern": "^[A-Z]{4}$" },
        { "key": "notes", "name": "S", "type": "longtext" },
        { "key": "interval", "name": "S", "type": "number", "min": 1, "max": 60, "step": 1 },
        { "key": "volume", "name": "S", "type": "range", "min": 2, "max": 10, "step": 4 },
        { "key": "count", "name": "S", "type": "number", "step": 1 },
        { "key": "ratio", "name": "S", "type": "number", "step": 0.1 },
        { "key": "unit", "name": "S", "type": "list", "options": [
            { "value": "kg", "label": "Kilograms" }, { "value": 5, "label": "Five" },
            { "value": 0, "label": "None" }] },
        { "key": "since", "name": "S", "type": "date" },
        { "key": "layout", "name": "S", "type": "json" }
    ] }"#;

    fn check(key: &str, value: &Value) -> Result<(), (String, Option<String>)> {
        let settings = ParsedManifest::parse(SETTINGS.as_bytes()).settings();
        let settings: Vec<_> = settings.into_iter().map(|s| s.setting).collect();
        let checked = check_value(&settings, key, value);
        checked
            .map(|_| ())
            .map_err(|error| (error.to_string(), error.help()))
    }

    #[test]
    fn values_that_the_settings_page_would_store_are_accepted() {
        for (key, value) in [
            ("sounds", json!(false)),
            ("icao", json!("EDDF")),
            ("icao", json!("")),
            ("notes", json!("a\nb")),
            ("interval", json!(1)),
            ("interval", json!(60.0)),
            ("volume", json!(6)),
            ("count", json!(-2e3)),
            ("count", json!(i64::MIN)),
            ("count", json!(9_007_199_254_740_991.0)),
            ("ratio", json!(0.3)),
            ("ratio", json!(1e300)),
            ("ratio", json!(-7)),
            ("unit", json!("kg")),
            ("unit", json!(5.0)),
            ("unit", json!(-0.0)),
            ("since", json!("2026-12-31")),
            ("since", json!("")),
            ("layout", json!(null)),
            ("layout", json!([{}])),
        ] {
            assert_eq!(check(key, &value), Ok(()), "{key} {value}");
        }
    }

    #[test]
    fn other_values_are_refused_with_what_is_accepted_and_probably_meant() {
        for (key, value, message, help) in [
            (
                "sounds",
                json!("true"),
                "`true` or `false`, not the text \"true\"",
                Some("`true`"),
            ),
            ("sounds", json!(null), "`true` or `false`, not `null`", None),
            (
                "icao",
                json!("eddf"),
                "text that matches the pattern `^[A-Z]{4}$`, not the text \"eddf\"",
                None,
            ),
            ("notes", json!(5), "text, not 5", Some("`\"5\"`")),
            ("notes", json!(["a"]), "text, not the list [\"a\"]", None),
            (
                "interval",
                json!("30"),
                "a whole number from 1 to 60, not the text \"30\"",
                Some("`30`"),
            ),
            (
                "interval",
                json!(99999),
                "a whole number from 1 to 60, not 99999",
                None,
            ),
            (
                "interval",
                json!(0),
                "a whole number from 1 to 60, not 0",
                None,
            ),
            (
                "interval",
                json!(3.4),
                "a whole number from 1 to 60, not 3.4",
                Some("`3`"),
            ),
            (
                "volume",
                json!(5),
                "a whole number from 2 to 10 in steps of 4, not 5",
                Some("`6`"),
            ),
            (
                "count",
                json!(1_500_000_000.5),
                "a whole number, not 1500000000.5",
                Some("`1500000001`"),
            ),
            ("count", json!(1e300), "a whole number, not 1e+300", None),
            (
                "count",
                json!(u64::MAX),
                "a whole number, not 18446744073709551615",
                None,
            ),
            (
                "ratio",
                json!(0.25),
                "a number in steps of 0.1, not 0.25",
                None,
            ),
            (
                "ratio",
                json!(0.29),
                "a number in steps of 0.1, not 0.29",
                None,
            ),
            (
                "ratio",
                json!({}),
                "a number in steps of 0.1, not the object {}",
                None,
            ),
            (
                "unit",
                json!("klingon"),
                "one of \"kg\", 5, 0, not the text \"klingon\"",
                None,
            ),
            (
                "unit",
                json!("KG"),
                "one of \"kg\", 5, 0, not the text \"KG\"",
                Some("`\"kg\"`"),
            ),
            (
                "unit",
                json!("kilograms"),
                "one of \"kg\", 5, 0, not the text \"kilograms\"",
                Some("`\"kg\"`"),
            ),
            (
                "unit",
                json!("5"),
                "one of \"kg\", 5, 0, not the text \"5\"",
                Some("`5`"),
            ),
            (
                "since",
                json!("2026-02-30"),
                "a date such as \"2026-12-31\", not the text \"2026-02-30\"",
                None,
            ),
        ] {
            let expected = (
                format!("the setting `{key}` takes {message}"),
                help.map(|help| format!("did you mean {help}?")),
            );
            assert_eq!(check(key, &value), Err(expected), "{key} {value}");
        }
    }

    #[test]
    fn unknown_keys_have_a_suggestion_and_the_list_of_keys() {
        let (message, help) = check("intervall", &json!(1)).unwrap_err();
        assert_eq!(message, "the manifest has no setting `intervall`");
        let expected = "did you mean `interval`? its settings are sounds, icao, notes, interval, volume, count, ratio, unit, \
                        since, layout";
        assert_eq!(help.as_deref(), Some(expected));
        let none = check_value(&[], "a", &json!(1)).unwrap_err();
        assert_eq!(none.help().as_deref(), Some("it declares no settings"));
        let unknown = SettingError::UnknownKey {
            key: "a".to_owned(),
            similar: None,
            known: vec!["ready?".to_owned()],
        };
        assert_eq!(
            unknown.help_or("force it"),
            "its settings are ready?; force it"
        );
    }
}
