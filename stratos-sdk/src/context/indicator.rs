//! `ctx.indicator`: the badge beside the plugin's entry in the sidebar.

use std::sync::Arc;

use stratos_protocol::Service;
use stratos_protocol::indicator::{Clear, IndicatorKind, Set};

use crate::context::service::ContextService;
use crate::context::shared::Shared;
use crate::context::shell_services::ServiceError;

/// The badge beside the plugin's entry in the sidebar (V3: `plugin.setIndicator`). Cheap to clone.
///
/// A badge stays until it is replaced or cleared, or the shell ends. That of a crashed plugin covers it.
///
/// ```no_run
/// use stratos::indicator::Indicator;
///
/// # async fn f(ctx: stratos::PluginContext) -> stratos::Result {
/// let new = Indicator::notification().tooltip("2 new bids").dismiss_on_open();
/// ctx.indicator.set(new).await?;
/// ctx.indicator.clear().await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Indicators {
    shared: Arc<Shared>,
}

/// A badge, for [`Indicators::set`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicator(Set);

impl Indicator {
    /// A badge for something new.
    #[must_use]
    pub fn notification() -> Self {
        Self::new(IndicatorKind::Notification)
    }

    /// A badge for something that needs attention.
    #[must_use]
    pub fn warning() -> Self {
        Self::new(IndicatorKind::Warning)
    }

    fn new(kind: IndicatorKind) -> Self {
        Self(Set {
            kind,
            tooltip: None,
            dismiss_on_open: false,
        })
    }

    /// Sets the text beside the pointer.
    #[must_use]
    pub fn tooltip(mut self, text: impl Into<String>) -> Self {
        self.0.tooltip = Some(text.into());
        self
    }

    /// Removes the badge when the pilot opens the plugin.
    #[must_use]
    pub fn dismiss_on_open(mut self) -> Self {
        self.0.dismiss_on_open = true;
        self
    }
}

impl Indicators {
    /// Shows a badge, in place of the present one.
    ///
    /// # Errors
    ///
    /// If the shell has no indicators, or fails.
    pub async fn set(&self, indicator: Indicator) -> Result<(), ServiceError> {
        let Indicator(set) = indicator;
        self.shared.call_service(Service::Indicator, &set).await?;
        Ok(())
    }

    /// Removes the badge, if there is one.
    ///
    /// # Errors
    ///
    /// If the shell has no indicators, or fails.
    pub async fn clear(&self) -> Result<(), ServiceError> {
        self.shared
            .call_service(Service::Indicator, &Clear {})
            .await?;
        Ok(())
    }
}

impl ContextService for Indicators {
    fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
        }
    }
}
