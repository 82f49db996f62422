//! `ctx.flight.log`: entries of the plugin in the flight's log.

use std::sync::Arc;

use stratos_protocol::Service;
use stratos_protocol::flight_log::{Add, EventCategory, FlightLogEvent, Remove, Update};

use crate::context::shared::Shared;
use crate::context::shell_services::ServiceError;

/// The log of the flight (V3). The pilot sees its entries, and the airline receives them. Cheap to clone.
///
/// ```no_run
/// use stratos::flight::EventCategory;
///
/// # async fn f(ctx: stratos::PluginContext) -> stratos::Result {
/// let log = &ctx.flight.log;
/// if let Some(entry) = log.add(EventCategory::Landing, "HARD_LANDING", "Hard landing: -620 ft/min").await? {
///     log.update(&entry.event_id, "Hard landing: -620 ft/min, 1.9 g").await?;
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct FlightLog {
    pub(super) shared: Arc<Shared>,
}

impl FlightLog {
    /// Adds an entry; `None` if there is no flight (assumed). `condition` says what happened for programs, `message` for
    /// people.
    ///
    /// # Errors
    ///
    /// If the shell has no flight log or refuses the entry.
    pub async fn add(
        &self,
        category: EventCategory,
        condition: &str,
        message: &str,
    ) -> Result<Option<FlightLogEvent>, ServiceError> {
        let add = Add {
            category,
            condition: condition.to_owned(),
            message: message.to_owned(),
        };
        self.shared.call_service(Service::FlightLog, &add).await
    }

    /// Replaces the message of an entry of this plugin.
    ///
    /// # Errors
    ///
    /// If the shell has no flight log, or no such entry of this plugin.
    pub async fn update(&self, event_id: &str, message: &str) -> Result<(), ServiceError> {
        let update = Update {
            event_id: event_id.to_owned(),
            message: message.to_owned(),
        };
        self.shared
            .call_service(Service::FlightLog, &update)
            .await?;
        Ok(())
    }

    /// Removes an entry of this plugin.
    ///
    /// # Errors
    ///
    /// If the shell has no flight log, or no such entry of this plugin.
    pub async fn remove(&self, event_id: &str) -> Result<(), ServiceError> {
        let remove = Remove {
            event_id: event_id.to_owned(),
        };
        self.shared
            .call_service(Service::FlightLog, &remove)
            .await?;
        Ok(())
    }
}
