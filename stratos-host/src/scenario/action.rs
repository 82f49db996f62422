//! Actions of scenario steps.

use std::fmt;

use futures_util::future::BoxFuture;

use crate::control::{Control, ControlError};
use crate::scenario::faults::Faults;
use crate::scenario::observer::Observer;

/// The shell, as actions use it.
#[derive(Debug)]
pub(super) struct StepContext {
    pub(super) control: Control,
    pub(super) faults: Faults,
    /// Records the events since the latest action that is not passive.
    pub(super) observer: Observer,
    /// Id of the plugin that the present step is about; empty if the verb takes none.
    pub(super) plugin: String,
}

/// Reason of a failed step.
#[derive(Debug)]
pub(super) struct StepFailure(pub(super) String);

/// The action of one step, with its arguments.
pub(crate) struct Action {
    /// Arguments for messages, as they follow the verb and the plugin.
    details: String,
    run: RunAction,
    is_passive: bool,
}

type RunAction =
    Box<dyn for<'c> FnOnce(&'c mut StepContext) -> BoxFuture<'c, Result<(), StepFailure>> + Send>;

impl Action {
    /// An action from its arguments for messages and its implementation.
    pub(super) fn new(
        details: impl Into<String>,
        run: impl for<'c> FnOnce(&'c mut StepContext) -> BoxFuture<'c, Result<(), StepFailure>>
        + Send
        + 'static,
    ) -> Self {
        Self {
            details: details.into(),
            run: Box::new(run),
            is_passive: false,
        }
    }

    /// Marks an action that changes nothing. Expectations after it include the events before it.
    pub(super) fn passive(self) -> Self {
        Self {
            is_passive: true,
            ..self
        }
    }

    pub(super) fn details(&self) -> &str {
        &self.details
    }

    /// Runs the action. Returns when its effect is complete.
    pub(super) async fn run(self, cx: &mut StepContext) -> Result<(), StepFailure> {
        if !self.is_passive {
            cx.observer = Observer::new(&cx.control);
        }
        (self.run)(cx).await
    }
}

impl From<ControlError> for StepFailure {
    fn from(error: ControlError) -> Self {
        Self(error.to_string())
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
