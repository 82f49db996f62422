//! The answers that the probe has written.

use serde_json::{Map, Value};

/// Answers by the id of the question.
#[derive(Debug)]
pub(super) struct Answers(Map<String, Value>);

impl Answers {
    /// Parses the file of the probe. `lifeline_ended` is whether the process that the probe left behind has noticed the
    /// end of the app.
    pub(super) fn parse(text: &[u8], lifeline_ended: bool) -> Result<Self, serde_json::Error> {
        let mut answers: Map<String, Value> = serde_json::from_slice(text)?;
        if answers.contains_key("stop") || lifeline_ended {
            let answer = serde_json::json!({ "noticed": lifeline_ended });
            answers.insert("lifeline".to_owned(), answer);
        }
        Ok(Self(answers))
    }

    /// The answer to a question. Its only member is `failed` if asking has failed.
    pub(super) fn get(&self, id: &str) -> Option<&Value> {
        self.0.get(id)
    }

    /// Number of times that the app has started the probe.
    pub(super) fn starts(&self) -> u64 {
        self.0.get("starts").and_then(Value::as_u64).unwrap_or(0)
    }

    /// Whether the app has started the probe twice, and the probe has asked all its questions at the last start.
    pub(super) fn are_complete(&self) -> bool {
        self.starts() >= 2 && self.get("complete") == Some(&Value::Bool(true))
    }
}
