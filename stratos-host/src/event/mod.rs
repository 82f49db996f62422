//! Events of the shell: their types, the bus that spreads them, and the journal that keeps them for tests.

mod bus;
mod event_limit;
mod flight;
mod journal;
mod json_text;
mod log_limit;
mod log_line;
mod modal;
mod plugin_state;
mod rate_limiter;
mod redaction;
mod scenario;
mod subscriber;
mod token_bucket;
mod types;

pub use self::bus::EventBus;
pub use self::event_limit::SuppressedCounts;
pub use self::flight::{FlightChange, FlightLogChange};
pub use self::journal::{Entry, Journal};
pub use self::json_text::JsonText;
pub use self::log_line::LogLine;
pub use self::modal::{AnswerError, CloseReason, Modal, ModalKind, ModalProgress};
pub use self::plugin_state::{BuildStatus, PluginState};
pub use self::redaction::is_secret_name;
pub use self::scenario::{ScenarioOutcome, ScenarioProgress, StepReport};
pub use self::subscriber::Subscriber;
pub use self::types::{BuildStep, Event, Part};

pub(crate) use self::event_limit::LimitedEvent;
pub(crate) use self::json_text::{compact_json, nesting_depth};
pub(crate) use self::log_limit::{cut, cut_tag};
pub(crate) use self::plugin_state::{BuildEnd, BuildResult, LatestBuild};
pub(crate) use self::redaction::redact_query;
pub(crate) use self::types::{fractional_millis, millis, now_millis};
