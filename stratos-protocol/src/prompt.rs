//! The prompt service: questions to the pilot. They wait like [dialogs](crate::dialog).

use serde::{Deserialize, Serialize};

use crate::method::methods;

/// `prompt/text`, from the plugin (V3): asks for a text. No answer is `null`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextPrompt {
    /// Title of the prompt.
    pub title: String,
    /// Label of the field.
    pub label: String,
    /// Text in the empty field.
    #[serde(default)]
    pub placeholder: Option<String>,
    /// Whether the pilot can answer only with a text that is not empty.
    #[serde(default)]
    pub required: bool,
    /// Milliseconds after which the prompt closes by itself; `None` for no limit.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
}

/// `prompt/number`, from the plugin (V3): asks for a number. No answer is `null`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NumberPrompt {
    /// Title of the prompt.
    pub title: String,
    /// Label of the field.
    pub label: String,
    /// Smallest number that the pilot can answer with.
    #[serde(default)]
    pub min: Option<f64>,
    /// Largest number that the pilot can answer with.
    #[serde(default)]
    pub max: Option<f64>,
    /// Milliseconds after which the prompt closes by itself; `None` for no limit.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
}

/// `prompt/select`, from the plugin (V3): has the pilot choose one of several values. No answer is `null`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectPrompt {
    /// Title of the prompt.
    pub title: String,
    /// Label of the choice.
    pub label: String,
    /// The choices.
    pub options: Vec<SelectOption>,
    /// Milliseconds after which the prompt closes by itself; `None` for no limit.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
}

/// A choice of a [`SelectPrompt`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectOption {
    /// The value that the prompt returns.
    pub value: String,
    /// The text that the pilot sees.
    pub label: String,
}

methods! {
    request TextPrompt = "prompt/text" -> Option<String>;
    request NumberPrompt = "prompt/number" -> Option<f64>;
    request SelectPrompt = "prompt/select" -> Option<String>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::{self, GoldenLine};

    pub(super) fn golden_lines() -> Vec<GoldenLine> {
        let title = || "Diary".to_owned();
        vec![
            golden::request(
                &TextPrompt {
                    title: title(),
                    label: "Remark".to_owned(),
                    placeholder: Some("gusty".to_owned()),
                    required: true,
                    timeout_ms: None,
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"prompt/text","params":{"title":"Diary","label":"Remark","placeholder":"gusty","required":true,"timeout_ms":null}}"#,
            ),
            golden::response::<TextPrompt>(&None, r#"{"jsonrpc":"2.0","id":1,"result":null}"#),
            golden::request(
                &NumberPrompt {
                    title: title(),
                    label: "Stars".to_owned(),
                    min: Some(1.0),
                    max: Some(5.0),
                    timeout_ms: Some(30_000),
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"prompt/number","params":{"title":"Diary","label":"Stars","min":1.0,"max":5.0,"timeout_ms":30000}}"#,
            ),
            golden::request(
                &SelectPrompt {
                    title: title(),
                    label: "Runway".to_owned(),
                    options: vec![SelectOption {
                        value: "27".to_owned(),
                        label: "Runway 27".to_owned(),
                    }],
                    timeout_ms: None,
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"prompt/select","params":{"title":"Diary","label":"Runway","options":[{"value":"27","label":"Runway 27"}],"timeout_ms":null}}"#,
            ),
            golden::response::<SelectPrompt>(
                &Some("27".to_owned()),
                r#"{"jsonrpc":"2.0","id":1,"result":"27"}"#,
            ),
        ]
    }
}
