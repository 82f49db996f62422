//! Dialogs and prompts that plugins show to the pilot, and which answers they take.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stratos_protocol::excerpt::excerpt;
use stratos_protocol::prompt::SelectOption;
use thiserror::Error;

/// Longest part of an answer or of a list of options in a message, in characters.
const SHOWN_CHARS: usize = 200;
/// The longest answer to a prompt for a text, in bytes: it must fit into one message.
const MAX_TEXT_BYTES: usize = 16 * 1024;

/// A dialog or prompt of a plugin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Modal {
    /// Number of the modal, counted from 1 over all plugins.
    pub id: u64,
    /// Id of the plugin that asks.
    pub plugin: String,
    /// Title, as the plugin wrote it: escape it before it is displayed.
    pub title: String,
    /// Message of a dialog, or label of a prompt, as the plugin wrote it.
    pub text: String,
    /// Kind, with what the kind needs.
    #[serde(flatten)]
    pub kind: ModalKind,
    /// Milliseconds after which it closes by itself, counted from when it is shown; `None` for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
}

/// Kind of a [`Modal`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ModalKind {
    /// A message, which the pilot closes.
    Alert,
    /// A question for yes or no.
    Confirm,
    /// A prompt for a text.
    Text {
        /// Text in the empty field.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        placeholder: Option<String>,
        /// Whether the text must not be empty.
        required: bool,
    },
    /// A prompt for a number.
    Number {
        /// Smallest answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<f64>,
        /// Largest answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<f64>,
    },
    /// A choice of one of several values.
    Select {
        /// The choices.
        options: Vec<SelectOption>,
    },
}

/// Progress of a [`Modal`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase")]
pub enum ModalProgress {
    /// The modal is shown and waits for an answer.
    Opened,
    /// The modal is closed.
    Closed {
        /// Value that the plugin gets: `true` or `false` of a confirmation, the value of a prompt, and `null` for an alert
        /// or no answer to a prompt.
        #[serde(default)]
        answer: Value,
        /// Reason why it is closed.
        reason: CloseReason,
    },
}

/// Reason why a [`Modal`] was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CloseReason {
    /// The answer of a person, a scenario or a test.
    Answered,
    /// Dismissal without an answer.
    Dismissed,
    /// End of the modal's timeout.
    Timeout,
    /// The shell's policy of answering by itself, as with `cargo stratos run --answers`.
    Policy,
    /// Cancellation by the plugin, which does not wait for the answer any more.
    Cancelled,
    /// Stop, replacement or end of the plugin.
    Unloaded,
}

/// An answer that a [`Modal`] does not take.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{given}` is no answer to this {kind}: {expected}")]
pub struct AnswerError {
    /// The given answer, shortened.
    pub given: String,
    /// Name of the modal's kind.
    pub kind: &'static str,
    /// The answers that it takes, in words.
    pub expected: String,
}

impl ModalKind {
    /// Name of the kind on the wire, such as `confirm`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Confirm => "confirm",
            Self::Text { .. } => "text",
            Self::Number { .. } => "number",
            Self::Select { .. } => "select",
        }
    }

    /// The value that a plugin gets where nobody answers (V3): never an error.
    pub(crate) fn no_answer(&self) -> Value {
        match self {
            Self::Confirm => Value::Bool(false),
            _ => Value::Null,
        }
    }

    /// The value that a plugin gets for an answer, which is a JSON value or a text as a person types it.
    ///
    /// An alert takes `ok` or `true`, a confirmation `yes`, `no`, `true` or `false`, a choice one of its values or labels.
    ///
    /// # Errors
    ///
    /// If the modal does not take the answer; the message says what it takes.
    pub fn check_answer(&self, answer: &Value) -> Result<Value, AnswerError> {
        let checked = match (self, answer) {
            (Self::Alert, Value::Bool(true)) => Some(Value::Null),
            (Self::Alert, Value::String(text)) => {
                text.eq_ignore_ascii_case("ok").then_some(Value::Null)
            }
            (Self::Confirm, Value::Bool(_)) => Some(answer.clone()),
            (Self::Confirm, Value::String(text)) => yes_or_no(text).map(Value::Bool),
            (Self::Text { required, .. }, Value::String(text)) => {
                let is_allowed = !required || !text.trim().is_empty();
                (is_allowed && text.len() <= MAX_TEXT_BYTES).then(|| answer.clone())
            }
            (Self::Number { min, max }, Value::Number(_)) => {
                let number = answer.as_f64();
                let is_allowed = number.is_some_and(|number| is_within(number, *min, *max));
                is_allowed.then(|| answer.clone())
            }
            (Self::Number { min, max }, Value::String(text)) => {
                let number = text.trim().parse().ok();
                let number = number.filter(|number| is_within(*number, *min, *max));
                number.map(Value::from)
            }
            (Self::Select { options }, Value::String(text)) => {
                let by_value = options.iter().find(|option| option.value == *text);
                let by_label = || options.iter().find(|option| option.label == *text);
                let option = by_value.or_else(by_label);
                option.map(|option| Value::from(&*option.value))
            }
            _ => None,
        };
        checked.ok_or_else(|| {
            let given = match answer {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            AnswerError {
                given: excerpt(&given, SHOWN_CHARS).escape_debug().to_string(),
                kind: self.as_str(),
                expected: format!("it takes {}", self.accepted_answers()),
            }
        })
    }

    /// The answers that a modal takes, in words.
    #[must_use]
    pub fn accepted_answers(&self) -> String {
        match self {
            Self::Alert => "`ok`".to_owned(),
            Self::Confirm => "`yes` or `no`".to_owned(),
            Self::Text { required: true, .. } => {
                format!("a text of 1 to {MAX_TEXT_BYTES} bytes that is not blank")
            }
            Self::Text { .. } => format!("a text of up to {MAX_TEXT_BYTES} bytes"),
            Self::Number { min, max } => match (min, max) {
                (None, None) => "a number".to_owned(),
                (Some(min), None) => format!("a number from {min}"),
                (None, Some(max)) => format!("a number up to {max}"),
                (Some(min), Some(max)) => format!("a number from {min} to {max}"),
            },
            Self::Select { options } => {
                let options: Vec<_> = options
                    .iter()
                    .map(|SelectOption { value, label }| match value == label {
                        true => format!("`{}`", value.escape_debug()),
                        false => format!("`{}` ({})", value.escape_debug(), label.escape_debug()),
                    })
                    .collect();
                excerpt(&options.join(", "), SHOWN_CHARS).into_owned()
            }
        }
    }

    /// The answer of the policy `default`: a confirmation is confirmed, a text is its placeholder, a number its minimum or
    /// 0, and a choice its first option. `None` if the prompt does not take it.
    pub(crate) fn default_answer(&self) -> Option<Value> {
        let answer = match self {
            Self::Alert | Self::Confirm => Value::Bool(true),
            Self::Text { placeholder, .. } => Value::from(placeholder.clone().unwrap_or_default()),
            Self::Number { min, max } => {
                let nearest_to_zero = max.unwrap_or(0.0).min(0.0);
                Value::from(min.unwrap_or(nearest_to_zero))
            }
            Self::Select { options } => Value::from(&*options.first()?.value),
        };
        self.check_answer(&answer).ok()
    }
}

impl Modal {
    /// Memory of the modal's texts, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let kind = match &self.kind {
            ModalKind::Text { placeholder, .. } => placeholder.as_ref().map_or(0, String::len),
            ModalKind::Select { options } => options
                .iter()
                .map(|SelectOption { value, label }| {
                    size_of::<SelectOption>() + value.len() + label.len()
                })
                .sum(),
            ModalKind::Alert | ModalKind::Confirm | ModalKind::Number { .. } => 0,
        };
        self.title.len() + self.text.len() + kind
    }
}

impl CloseReason {
    /// The reason in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Dismissed => "dismissed",
            Self::Timeout => "timed out",
            Self::Policy => "by `--answers`",
            Self::Cancelled => "cancelled by the plugin",
            Self::Unloaded => "the plugin is unloaded",
        }
    }
}

fn yes_or_no(text: &str) -> Option<bool> {
    let is = |names: [&str; 3]| names.iter().any(|name| text.eq_ignore_ascii_case(name));
    if is(["yes", "y", "true"]) {
        Some(true)
    } else {
        is(["no", "n", "false"]).then_some(false)
    }
}

fn is_within(number: f64, min: Option<f64>, max: Option<f64>) -> bool {
    number.is_finite() && min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kinds() -> [ModalKind; 5] {
        let option = |value: &str, label: &str| SelectOption {
            value: value.to_owned(),
            label: label.to_owned(),
        };
        [
            ModalKind::Alert,
            ModalKind::Confirm,
            ModalKind::Text {
                placeholder: None,
                required: true,
            },
            ModalKind::Number {
                min: Some(1.0),
                max: Some(5.0),
            },
            ModalKind::Select {
                options: vec![option("27", "Runway 27"), option("09", "27")],
            },
        ]
    }

    #[test]
    fn each_kind_takes_its_answers_only() {
        let [alert, confirm, text, number, select] = kinds();
        for (kind, answer, expected) in [
            (&alert, json!("OK"), Some(json!(null))),
            (&alert, json!(true), Some(json!(null))),
            (&alert, json!("yes"), None),
            (&confirm, json!("Yes"), Some(json!(true))),
            (&confirm, json!("no"), Some(json!(false))),
            (&confirm, json!(false), Some(json!(false))),
            (&confirm, json!("maybe"), None),
            (&confirm, json!(1), None),
            (&text, json!("gusty"), Some(json!("gusty"))),
            (&text, json!(" "), None),
            (&text, json!(5), None),
            (&number, json!("4.5"), Some(json!(4.5))),
            (&number, json!(5), Some(json!(5))),
            (&number, json!("6"), None),
            (&number, json!("NaN"), None),
            (&number, json!("inf"), None),
            (&number, json!("five"), None),
            (&select, json!("Runway 27"), Some(json!("27"))),
            // A value comes before a label.
            (&select, json!("27"), Some(json!("27"))),
            (&select, json!("28"), None),
        ] {
            assert_eq!(kind.check_answer(&answer).ok(), expected, "{answer}");
        }
        let error = |kind: &ModalKind| kind.check_answer(&json!("?")).unwrap_err().to_string();
        assert_eq!(
            error(&confirm),
            "`?` is no answer to this confirm: it takes `yes` or `no`"
        );
        assert_eq!(
            error(&number),
            "`?` is no answer to this number: it takes a number from 1 to 5"
        );
        assert_eq!(
            error(&select),
            "`?` is no answer to this select: it takes `27` (Runway 27), `09` (27)"
        );
    }

    #[test]
    fn default_answers_are_valid_or_none() {
        let defaults = kinds().map(|kind| kind.default_answer());
        assert_eq!(
            defaults,
            [
                Some(json!(null)),
                Some(json!(true)),
                None,
                Some(json!(1.0)),
                Some(json!("27"))
            ]
        );
        let below_zero = ModalKind::Number {
            min: None,
            max: Some(-2.0),
        };
        assert_eq!(below_zero.default_answer(), Some(json!(-2.0)));
    }

    #[test]
    fn modals_have_one_json_object() {
        let [.., select] = kinds();
        let modal = Modal {
            id: 3,
            plugin: "p".to_owned(),
            title: "T".to_owned(),
            text: "L".to_owned(),
            kind: select,
            timeout_ms: None,
        };
        let json = json!({ "id": 3, "plugin": "p", "title": "T", "text": "L", "kind": "select", "options": [
            { "value": "27", "label": "Runway 27" }, { "value": "09", "label": "27" },
        ] });
        assert_eq!(serde_json::to_value(&modal).unwrap(), json);
        assert_eq!(serde_json::from_value::<Modal>(json).unwrap(), modal);
    }
}
