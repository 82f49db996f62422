//! Actions of scenario steps.

use std::fmt;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use stratos_protocol::error::chain;

use crate::control::{Control, ControlError};
use crate::scenario::faults::Faults;
use crate::scenario::observer::Observer;

/// The shell, as the action of one step uses it.
#[derive(Debug)]
pub(super) struct StepContext {
    pub(super) control: Control,
    pub(super) faults: Arc<Faults>,
    /// Records the events since the latest action that was not passive.
    pub(super) observer: Arc<Observer>,
    /// Id of the plugin that the step is about; empty if the verb takes none.
    pub(super) plugin: String,
}

/// Reason of a failed step.
#[derive(Debug)]
pub(super) struct StepFailure(pub(super) String);

/// Result of an action.
pub(super) type StepResult = Result<(), StepFailure>;

/// The action of one step, with its arguments.
pub(super) struct Action {
    /// Arguments for messages, as they follow the verb and the plugin.
    pub(super) details: String,
    /// Whether the action changes nothing, so that expectations after it include the events before it.
    pub(super) is_passive: bool,
    /// Whether the action is about no plugin, although its verb takes one.
    pub(super) is_of_shell: bool,
    run: Box<dyn FnOnce(StepContext) -> BoxFuture<'static, StepResult> + Send>,
}

impl Action {
    /// An action from its arguments for messages and its implementation.
    pub(super) fn new<F>(
        details: impl Into<String>,
        run: impl FnOnce(StepContext) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = StepResult> + Send + 'static,
    {
        Self {
            details: details.into(),
            is_passive: false,
            is_of_shell: false,
            run: Box::new(|cx| run(cx).boxed()),
        }
    }

    /// Marks the action as one that changes nothing.
    pub(super) fn passive(self) -> Self {
        Self {
            is_passive: true,
            ..self
        }
    }

    /// Marks the action as one that is about no plugin.
    pub(super) fn of_shell(self) -> Self {
        Self {
            is_of_shell: true,
            ..self
        }
    }

    /// Runs the action. Returns when its effect is complete.
    pub(super) async fn run(self, cx: StepContext) -> StepResult {
        (self.run)(cx).await
    }
}

impl From<ControlError> for StepFailure {
    fn from(error: ControlError) -> Self {
        Self(match error {
            ControlError::Setting(error) => {
                let force = "`force = true` stores values that the manifest does not allow";
                format!("{error}; {}", error.help_or(force))
            }
            error => chain(&error),
        })
    }
}

impl From<String> for StepFailure {
    fn from(reason: String) -> Self {
        Self(reason)
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Action")
            .field("details", &self.details)
            .field("is_passive", &self.is_passive)
            .finish_non_exhaustive()
    }
}
