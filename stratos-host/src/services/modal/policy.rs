//! The policy for answers to dialogs and prompts.

use serde_json::Value;

use crate::event::ModalKind;

/// Policy for answers to the dialogs and prompts of plugins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AnswerPolicy {
    /// Dialogs and prompts wait for an answer.
    #[default]
    Wait,
    /// The shell gives no answer, at once.
    None,
    /// The shell answers at once: it closes alerts, confirms, and gives the placeholder of a text or an empty text, the
    /// minimum of a number or 0, and the first option of a choice. A prompt that does not take that gets no answer.
    Default,
}

impl AnswerPolicy {
    /// The value that the shell gives by itself, if it does.
    pub(super) fn answer(self, kind: &ModalKind) -> Option<Value> {
        match self {
            Self::Wait => None,
            Self::None => Some(kind.no_answer()),
            Self::Default => Some(kind.default_answer().unwrap_or_else(|| kind.no_answer())),
        }
    }
}
