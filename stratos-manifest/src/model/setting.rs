//! The declared settings.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::string_enum::string_enum;

/// One entry of `availableSettings` (V2, V3).
///
/// The presence of the optional fields depends on [`kind`](Self::kind): a range always has `min` and `max`, and a
/// list or radio always has options.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// The key by which the plugin reads the value.
    pub key: String,
    /// The displayed name.
    pub name: String,
    /// The displayed description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The type of the value and of its form field.
    #[serde(rename = "type")]
    pub kind: SettingType,
    /// The people who can change the value.
    pub scope: SettingScope,
    /// The initial value of the form field. No documentation says that the plugin gets it.
    ///
    /// A number that exceeds a 64-bit float is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// The smallest number, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The largest number, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The step between two valid numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<f64>,
    /// The JavaScript regular expression that a text has to match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The text that an empty form field shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// The options of a list or radio.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
}

impl Setting {
    /// The setting as JSON, from which it can be deserialized again.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("settings have a JSON form")
    }

    /// Whether an option has this value; `5` and `5.0` are the same value.
    #[must_use]
    pub fn has_option(&self, value: &Value) -> bool {
        let mut options = self.options.iter();
        options.any(|option| option.value == *value || is_same_number(&option.value, value))
    }
}

/// An option of a list or radio (V2, V3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// The stored value. No documentation says that it has to be a string.
    ///
    /// A number that exceeds a 64-bit float becomes `null`.
    pub value: Value,
    /// The displayed label.
    pub label: String,
}

string_enum! {
    /// The type of a setting's value and of its form field (V2, V3).
    pub enum SettingType {
        /// A switch.
        Boolean = "boolean",
        /// A text of one line.
        Text = "text",
        /// A text of several lines.
        LongText = "longtext",
        /// A number.
        Number = "number",
        /// A number between `min` and `max`, as a slider.
        Range = "range",
        /// One of the options, in a drop-down list.
        List = "list",
        /// One of the options, as radio buttons.
        Radio = "radio",
        /// A calendar day, as text.
        Date = "date",
        /// Any JSON value.
        Json = "json",
    }
}

string_enum! {
    /// The people who can change a setting (V2, V3).
    pub enum SettingScope {
        /// Each pilot.
        User = "user",
        /// The administrator of the airline; pilots can read the value.
        Airline = "airline",
    }
}

fn is_same_number(a: &Value, b: &Value) -> bool {
    matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if a == b)
}
