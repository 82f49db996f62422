//! The settings that a plugin declares.

use serde::Serialize;
use serde_json::Value;

use crate::model::named::named_values;

/// One entry of `availableSettings` (V2, V3).
///
/// The limits are flat, as in the file; which of them are there depends on [`kind`](Self::kind): `min` and `max` are
/// certain for a range, `options` are certain not to be empty for a list and a radio.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Setting {
    /// The name that code asks for.
    pub key: String,
    /// What people see.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it holds, and how it is shown.
    #[serde(rename = "type")]
    pub kind: SettingType,
    /// Who sets it.
    pub scope: SettingScope,
    /// What the form starts with. That a plugin sees it is promised nowhere.
    ///
    /// A number that no 64-bit float can hold is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// The least number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The greatest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The distance between two numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<f64>,
    /// The regular expression (of JavaScript) that a text has to match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// What an empty text field shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// What can be chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
}

/// One of the things that can be chosen in a list or a radio (V2, V3).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Choice {
    /// What is stored. The documentation does not say that it has to be text.
    ///
    /// A number that no 64-bit float can hold becomes `null`.
    pub value: Value,
    /// What people see.
    pub label: String,
}

named_values! {
    /// What a setting holds, and how it is shown (V2, V3).
    pub enum SettingType {
        /// On or off.
        Boolean = "boolean",
        /// One line.
        Text = "text",
        /// Several lines.
        LongText = "longtext",
        /// A number.
        Number = "number",
        /// A number between two limits.
        Range = "range",
        /// One of several, in a drop-down list.
        List = "list",
        /// One of several, all in view.
        Radio = "radio",
        /// A day.
        Date = "date",
        /// Anything that JSON can say.
        Json = "json",
    }
}

named_values! {
    /// Who sets a setting (V2, V3).
    pub enum SettingScope {
        /// The pilot.
        User = "user",
        /// The airline's administrator; pilots can only read it.
        Airline = "airline",
    }
}
