//! `ctx.dialog`: messages to the pilot, and confirmations.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use stratos_protocol::Service;
use stratos_protocol::dialog::{Alert, Confirm};

use crate::context::modal::{ask, millis};
use crate::context::service::ContextService;
use crate::context::shared::Shared;
use crate::context::shell_services::ServiceError;

/// Messages to the pilot, and confirmations (V3: `ctx.dialog`). Cheap to clone.
///
/// The shell shows one dialog or [prompt](crate::context::Prompts) at a time; others wait for their turn. Await a dialog
/// to show it; dropping the future closes it where the shell can. Do not await one in `on_stop`: the shell asks nothing
/// any more.
///
/// ```no_run
/// # use std::time::Duration;
/// # async fn f(ctx: stratos::PluginContext) -> stratos::Result {
/// let keep = ctx.dialog.confirm("Diary", "Keep this landing?").timeout(Duration::from_secs(60)).await?;
/// if keep {
///     ctx.dialog.alert("Diary", "The landing is kept.").await?;
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Dialogs {
    shared: Arc<Shared>,
}

/// A message to the pilot; await it to show it, until the pilot closes it.
#[derive(Debug)]
#[must_use = "await it to show it"]
pub struct AlertDialog {
    shared: Arc<Shared>,
    alert: Alert,
}

/// A question for a yes; await it to show it. Anything else than a yes is `false`, also no answer.
#[derive(Debug)]
#[must_use = "await it to show it"]
pub struct ConfirmDialog {
    shared: Arc<Shared>,
    confirm: Confirm,
}

impl Dialogs {
    /// Makes a message to the pilot.
    pub fn alert(&self, title: impl Into<String>, message: impl Into<String>) -> AlertDialog {
        AlertDialog {
            shared: Arc::clone(&self.shared),
            alert: Alert {
                title: title.into(),
                message: message.into(),
                timeout_ms: None,
            },
        }
    }

    /// Makes a question for a yes.
    pub fn confirm(&self, title: impl Into<String>, message: impl Into<String>) -> ConfirmDialog {
        ConfirmDialog {
            shared: Arc::clone(&self.shared),
            confirm: Confirm {
                title: title.into(),
                message: message.into(),
                timeout_ms: None,
            },
        }
    }
}

impl AlertDialog {
    /// Closes the dialog after this time; without it, there is no limit.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.alert.timeout_ms = Some(millis(timeout));
        self
    }
}

impl ConfirmDialog {
    /// Closes the dialog after this time, which counts as a no; without it, there is no limit.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.confirm.timeout_ms = Some(millis(timeout));
        self
    }
}

impl IntoFuture for AlertDialog {
    type Output = Result<(), ServiceError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            ask(&self.shared, Service::Dialog, &self.alert).await?;
            Ok(())
        })
    }
}

impl IntoFuture for ConfirmDialog {
    type Output = Result<bool, ServiceError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let answer = ask(&self.shared, Service::Dialog, &self.confirm).await?;
            Ok(answer.unwrap_or(false))
        })
    }
}

impl ContextService for Dialogs {
    fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
        }
    }
}
