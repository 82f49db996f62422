//! The dialogs and prompts that wait for the pilot.

use serde_json::Value;
use tracing::debug;

use crate::control::{Control, ControlError};
use crate::event::Modal;
use crate::services::AnswerPolicy;

impl Control {
    /// The dialogs and prompts of all plugins that wait for an answer. The first is shown, the others wait for it.
    #[must_use]
    pub fn modals(&self) -> Vec<Modal> {
        self.runtime().services.modal.list()
    }

    /// Waits until a dialog or prompt is shown: one of this plugin, or of any if there is none.
    pub async fn shown_modal(&self, plugin: Option<&str>) -> Modal {
        let mut shown = self.runtime().services.modal.shown();
        let is_wanted = |modal: &Modal| plugin.is_none_or(|plugin| modal.plugin == plugin);
        let found = shown.wait_for(|modal| modal.as_ref().is_some_and(is_wanted));
        let found = found.await.expect("the shell holds the sender").clone();
        found.expect("the condition is that there is one")
    }

    /// Answers a dialog or prompt, also one that is not shown yet. `None` closes it without an answer.
    ///
    /// [`ModalKind::check_answer`](crate::event::ModalKind::check_answer) says which answers it takes.
    ///
    /// # Errors
    ///
    /// If the modal does not wait any more, or does not take the answer; in the second case it still waits.
    pub fn answer(&self, id: u64, answer: Option<&Value>) -> Result<(), ControlError> {
        self.runtime().services.modal.answer(id, answer)?;
        debug!(id, "dialog or prompt answered");
        Ok(())
    }

    /// Changes who answers dialogs and prompts. Those that wait are answered too.
    pub fn set_answers(&self, policy: AnswerPolicy) {
        self.runtime().services.modal.set_policy(policy);
    }
}
