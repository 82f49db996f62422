use jsonc_parser::ast::Value;

use crate::{
    context::{NUMERIC, default_value, setting_type},
    date::is_date,
    model::SettingType,
    rules::prelude::*,
    syntax::{describe_kind, is_blank, to_f64},
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for settings whose `default` does not have their type: text for `boolean`, `number` or `range`, anything
    /// but text for `text`, `longtext` or `date`, and text that is no calendar date for `date`.
    ///
    /// Dates are written `YYYY-MM-DD`. A time after the date, as in `2026-12-31T12:00:00Z`, is accepted, since the
    /// documentation does not specify how dates are stored. An empty text and `null` count as no default. The defaults
    /// of lists and radios are checked by `default-not-an-option`.
    ///
    /// ## Why is this bad?
    ///
    /// Code that reads the setting gets one type until the setting is changed for the first time, and another type
    /// afterwards: `"false"` is truthy in JavaScript. The requirement is not documented, so this is a warning.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "sounds", "name": "Play sounds", "type": "boolean", "scope": "user", "default": "false" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "sounds", "name": "Play sounds", "type": "boolean", "scope": "user", "default": false }
    ///   ]
    /// }
    /// ```
    "default-of-wrong-type" {
        summary: "the default of a setting is not of its type",
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for setting in cx.settings() {
        if let (Some(kind), Some(default)) = (setting_type(setting), default_value(setting)) {
            out.extend(describe(cx, kind, default));
        }
    }
}

fn describe(cx: &RuleContext<'_>, kind: SettingType, default: &Value<'_>) -> Option<Diagnostic> {
    let (expected, example) = match (kind, default) {
        (SettingType::List | SettingType::Radio | SettingType::Json, _)
        | (SettingType::Boolean, Value::BooleanLit(_))
        | (SettingType::Text | SettingType::LongText, Value::StringLit(_)) => return None,
        (SettingType::Number | SettingType::Range, Value::NumberLit(number)) => {
            return to_f64(number.value)
                .is_none()
                .then(|| too_large(cx, default));
        }
        (SettingType::Date, Value::StringLit(text)) => {
            let is_valid = is_blank(&text.value) || is_date(&text.value);
            return (!is_valid).then(|| not_a_date(cx, &text.value, default));
        }
        (SettingType::Boolean, _) => ("`true` or `false`", "true"),
        (SettingType::Text | SettingType::LongText, _) => ("text", "\"\""),
        (SettingType::Number | SettingType::Range, _) => ("a number", "0"),
        (SettingType::Date, _) => ("a date as text", "\"2026-12-31\""),
    };
    let finding = cx
        .finding(
            head_span(default),
            format!(
                "the default of a `{kind}` must be {expected}, but this is {}",
                describe_kind(default)
            ),
        )
        .note("once the setting is changed, the value has the type of the setting");
    Some(match converted(cx, kind, default) {
        Some(right) => finding
            .help(format!("write `\"default\": {}`", &right))
            .unsafe_fix([Edit::replace(span(default), right)]),
        None if kind == SettingType::Boolean => {
            finding.help("write `true` or `false`, or leave it out")
        }
        None => finding.help(format!(
            "write it like `\"default\": {example}`, or leave it out"
        )),
    })
}

/// The default converted to the type of the setting, as JSON: `"true"` and `"5"` lose their quotes, numbers get some, and
/// `"yes"` and `1` become `true`.
fn converted(cx: &RuleContext<'_>, kind: SettingType, default: &Value<'_>) -> Option<String> {
    match default {
        Value::StringLit(text) if kind == SettingType::Boolean => {
            let value = match text.value.trim().to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => "true",
                "false" | "no" | "off" | "0" => "false",
                _ => return None,
            };
            Some(value.to_owned())
        }
        Value::NumberLit(number) if kind == SettingType::Boolean => match number.value {
            "1" => Some("true".to_owned()),
            "0" => Some("false".to_owned()),
            _ => None,
        },
        Value::StringLit(text) if NUMERIC.contains(&kind) => {
            let number: serde_json::Number = text.value.trim().parse().ok()?;
            (text.value.len() <= 30 && number.as_f64().is_some_and(f64::is_finite))
                .then(|| text.value.trim().to_owned())
        }
        Value::NumberLit(_) | Value::BooleanLit(_)
            if matches!(kind, SettingType::Text | SettingType::LongText) =>
        {
            let text = &cx.manifest.text[span(default)];
            (text.len() <= 30).then(|| format!("\"{text}\""))
        }
        _ => None,
    }
}

fn too_large(cx: &RuleContext<'_>, default: &Value<'_>) -> Diagnostic {
    cx.finding(
        span(default),
        "the default is too large for a JavaScript number",
    )
    .note("JavaScript would read it as infinity")
    .help("write a smaller number")
}

fn not_a_date(cx: &RuleContext<'_>, text: &str, default: &Value<'_>) -> Diagnostic {
    cx.finding(span(default), format!("{} is not a date", quote(text)))
        .note("a date is written `YYYY-MM-DD`, and must exist in the calendar")
        .help("write it like `\"default\": \"2026-12-31\"`, or leave it out")
}
