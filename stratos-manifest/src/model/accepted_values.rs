//! The values that a setting takes, in words.

use crate::{
    model::{Setting, SettingType},
    quote::{MAX_CHARS, excerpt, quote_source},
};

/// The number of options that a description lists.
const MAX_OPTIONS: usize = 12;

impl Setting {
    /// The values that the setting takes, as the end of a sentence: `a whole number from 1 to 60`.
    #[must_use]
    pub fn accepted_values(&self) -> String {
        match self.kind {
            SettingType::Boolean => "`true` or `false`".to_owned(),
            SettingType::Text => match &self.pattern {
                Some(pattern) => format!("text that matches the pattern {}", quote_source(pattern)),
                None => "text".to_owned(),
            },
            SettingType::LongText => "text".to_owned(),
            SettingType::Number | SettingType::Range => self.accepted_numbers(),
            SettingType::Date => "a date such as \"2026-12-31\"".to_owned(),
            SettingType::Json => "any JSON value".to_owned(),
            SettingType::List | SettingType::Radio => self.accepted_options(),
        }
    }

    fn accepted_numbers(&self) -> String {
        let is_integer = self.is_integer();
        let kind = match is_integer {
            true => "a whole number",
            false => "a number",
        };
        let limits = match (self.min.map(shown), self.max.map(shown)) {
            (Some(min), Some(max)) => format!(" from {min} to {max}"),
            (Some(min), None) => format!(" of at least {min}"),
            (None, Some(max)) => format!(" of at most {max}"),
            (None, None) => String::new(),
        };
        let is_implied = |step: f64| step == 1.0 && is_integer;
        let step = match self.step {
            Some(step) if step > 0.0 && !is_implied(step) => {
                format!(" in steps of {}", shown(step))
            }
            _ => String::new(),
        };
        format!("{kind}{limits}{step}")
    }

    fn accepted_options(&self) -> String {
        let options = self.options.iter().take(MAX_OPTIONS);
        let mut options: Vec<_> = options
            .map(|option| excerpt(&option.value.to_string(), MAX_CHARS).into_owned())
            .collect();
        let more = self.options.len() - options.len();
        if more > 0 {
            options.push(format!("{more} more"));
        }
        format!("one of {}", options.join(", "))
    }
}

/// A number as JavaScript writes it: large ones with an exponent, whole ones without a decimal point.
fn shown(number: f64) -> String {
    match number.abs() < 1e21 {
        true => number.to_string(),
        false => format!("{number:e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ParsedManifest;

    #[test]
    fn accepted_values_name_type_limits_and_options() {
        for (fields, is_integer, expected) in [
            (r#""type": "boolean""#, false, "`true` or `false`"),
            (r#""type": "text""#, false, "text"),
            (
                r#""type": "text", "pattern": "^[A-Z]{4}$""#,
                false,
                "text that matches the pattern `^[A-Z]{4}$`",
            ),
            (
                r#""type": "text", "pattern": "\u001b\u202e""#,
                false,
                r"text that matches the pattern `\u001b\u202e`",
            ),
            (r#""type": "number""#, false, "a number"),
            (
                r#""type": "number", "min": 1"#,
                false,
                "a number of at least 1",
            ),
            (r#""type": "number", "step": 1"#, true, "a whole number"),
            (
                r#""type": "range", "min": 0, "max": 100.0, "step": 5"#,
                true,
                "a whole number from 0 to 100 in steps of 5",
            ),
            (
                r#""type": "range", "min": 0.5, "max": 9, "step": 1"#,
                false,
                "a number from 0.5 to 9 in steps of 1",
            ),
            (
                r#""type": "number", "max": 3, "step": 0.25"#,
                false,
                "a number of at most 3 in steps of 0.25",
            ),
            (r#""type": "number", "step": 0"#, false, "a number"),
            (
                r#""type": "number", "step": 1e300"#,
                false,
                "a number in steps of 1e300",
            ),
            (
                r#""type": "list", "options": [{ "value": "kg", "label": "A" }, { "value": 5, "label": "B" }]"#,
                false,
                r#"one of "kg", 5"#,
            ),
        ] {
            let setting = setting(fields);
            assert_eq!(setting.is_integer(), is_integer, "{fields}");
            assert_eq!(setting.accepted_values(), expected, "{fields}");
        }
    }

    #[test]
    fn long_values_and_lists_are_shortened() {
        let option = |value: String| format!(r#"{{ "value": "{value}", "label": "A" }}"#);
        let options = (0..14).map(|number| option(format!("{number:080}")));
        let options: Vec<_> = options.collect();
        let list = format!(r#""type": "list", "options": [{}]"#, options.join(", "));
        let accepted = setting(&list).accepted_values();
        let shown = format!("\"{}…", "0".repeat(59));
        let expected = format!("one of {}, 2 more", vec![shown; 12].join(", "));
        assert_eq!(accepted, expected);
    }

    fn setting(fields: &str) -> Setting {
        let source =
            format!(r#"{{ "availableSettings": [{{ "key": "a", "name": "A", {fields} }}] }}"#);
        let settings = ParsedManifest::parse(source.as_bytes()).settings();
        settings.into_iter().next().expect("it is valid").setting
    }
}
