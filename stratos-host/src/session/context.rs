//! The parts of the shell that sessions use.

use std::sync::Arc;

use crate::config::ShellVersion;
use crate::event::EventBus;
use crate::services::Services;
use crate::timeouts::TimeoutPolicy;

/// Parts of the shell that all sessions share. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct SessionContext {
    pub(crate) events: EventBus,
    pub(crate) services: Arc<Services>,
    pub(crate) timeouts: Arc<TimeoutPolicy>,
    pub(crate) version: ShellVersion,
}
