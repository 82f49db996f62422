//! `ctx.prompt`: questions to the pilot.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use stratos_protocol::Service;
use stratos_protocol::prompt::{NumberPrompt, SelectOption, SelectPrompt, TextPrompt};

use crate::context::modal::{ask, millis};
use crate::context::service::ContextService;
use crate::context::shared::Shared;
use crate::context::shell_services::ServiceError;

/// Questions to the pilot (V3: `ctx.prompt`). Cheap to clone.
///
/// Prompts wait like [dialogs](crate::context::Dialogs): await one to show it. No answer, also after a timeout, is `None`.
///
/// ```no_run
/// # async fn f(ctx: stratos::PluginContext) -> stratos::Result {
/// let remark = ctx.prompt.text("Diary", "Remark").placeholder("gusty").await?;
/// let stars = ctx.prompt.number("Diary", "Stars").min(1.0).max(5.0).await?;
/// let runway = ctx.prompt.select("Diary", "Runway", [("09", "Runway 09"), ("27", "Runway 27")]).await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Prompts {
    shared: Arc<Shared>,
}

/// A question for a text; await it to show it.
#[derive(Debug)]
#[must_use = "await it to show it"]
pub struct TextQuestion {
    shared: Arc<Shared>,
    prompt: TextPrompt,
}

/// A question for a number; await it to show it.
#[derive(Debug)]
#[must_use = "await it to show it"]
pub struct NumberQuestion {
    shared: Arc<Shared>,
    prompt: NumberPrompt,
}

/// A choice of one of several values; await it to show it.
#[derive(Debug)]
#[must_use = "await it to show it"]
pub struct SelectQuestion {
    shared: Arc<Shared>,
    prompt: SelectPrompt,
}

impl Prompts {
    /// Makes a question for a text.
    pub fn text(&self, title: impl Into<String>, label: impl Into<String>) -> TextQuestion {
        TextQuestion {
            shared: Arc::clone(&self.shared),
            prompt: TextPrompt {
                title: title.into(),
                label: label.into(),
                ..TextPrompt::default()
            },
        }
    }

    /// Makes a question for a number.
    pub fn number(&self, title: impl Into<String>, label: impl Into<String>) -> NumberQuestion {
        NumberQuestion {
            shared: Arc::clone(&self.shared),
            prompt: NumberPrompt {
                title: title.into(),
                label: label.into(),
                ..NumberPrompt::default()
            },
        }
    }

    /// Makes a choice of one of several values. An option is a value, which the prompt returns, and the label that the
    /// pilot sees.
    pub fn select<V, L>(
        &self,
        title: impl Into<String>,
        label: impl Into<String>,
        options: impl IntoIterator<Item = (V, L)>,
    ) -> SelectQuestion
    where
        V: Into<String>,
        L: Into<String>,
    {
        let options = options.into_iter().map(|(value, label)| SelectOption {
            value: value.into(),
            label: label.into(),
        });
        SelectQuestion {
            shared: Arc::clone(&self.shared),
            prompt: SelectPrompt {
                title: title.into(),
                label: label.into(),
                options: options.collect(),
                ..SelectPrompt::default()
            },
        }
    }
}

impl TextQuestion {
    /// Sets the text in the empty field.
    pub fn placeholder(mut self, text: impl Into<String>) -> Self {
        self.prompt.placeholder = Some(text.into());
        self
    }

    /// Accepts only texts that are not empty. The pilot can still give no answer.
    pub fn required(mut self) -> Self {
        self.prompt.required = true;
        self
    }

    /// Closes the prompt after this time; without it, there is no limit.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.prompt.timeout_ms = Some(millis(timeout));
        self
    }
}

impl NumberQuestion {
    /// Sets the smallest number.
    pub fn min(mut self, min: f64) -> Self {
        self.prompt.min = Some(min);
        self
    }

    /// Sets the largest number.
    pub fn max(mut self, max: f64) -> Self {
        self.prompt.max = Some(max);
        self
    }

    /// Closes the prompt after this time; without it, there is no limit.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.prompt.timeout_ms = Some(millis(timeout));
        self
    }
}

impl SelectQuestion {
    /// Closes the prompt after this time; without it, there is no limit.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.prompt.timeout_ms = Some(millis(timeout));
        self
    }
}

impl IntoFuture for TextQuestion {
    type Output = Result<Option<String>, ServiceError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let answer = ask(&self.shared, Service::Prompt, &self.prompt).await?;
            Ok(answer.flatten())
        })
    }
}

impl IntoFuture for NumberQuestion {
    type Output = Result<Option<f64>, ServiceError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let NumberPrompt { min, max, .. } = self.prompt;
            // Written so that NaN is refused, too.
            let is_range = min.unwrap_or(f64::MIN) <= max.unwrap_or(f64::MAX);
            if !is_range {
                let reason = format!("no number is at least {min:?} and at most {max:?}");
                return Err(argument(reason));
            }
            let answer = ask(&self.shared, Service::Prompt, &self.prompt).await?;
            Ok(answer.flatten())
        })
    }
}

impl IntoFuture for SelectQuestion {
    type Output = Result<Option<String>, ServiceError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            if self.prompt.options.is_empty() {
                return Err(argument("a choice needs at least one option".to_owned()));
            }
            let answer = ask(&self.shared, Service::Prompt, &self.prompt).await?;
            Ok(answer.flatten())
        })
    }
}

fn argument(reason: String) -> ServiceError {
    let service = Service::Prompt;
    ServiceError::Argument { service, reason }
}

impl ContextService for Prompts {
    fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
        }
    }
}
