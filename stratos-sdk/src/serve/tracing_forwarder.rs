//! Forwarding of `tracing` events to the plugin's log.

use std::fmt::{self, Write as _};

use serde_json::{Map, Value};
use stratos_protocol::logger::Level;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::context::Logger;

/// Installs a forwarder as the global subscriber of the process, unless the author has installed another one.
///
/// `level` is the maximum level to forward, `info` if it is missing or invalid.
pub(super) fn install(logger: Logger, level: Option<&str>) {
    let level = level
        .and_then(|level| level.parse().ok())
        .unwrap_or(LevelFilter::INFO);
    // An error means that the author has installed a subscriber, which takes precedence.
    let _ = tracing::subscriber::set_global_default(TracingForwarder { logger, level });
}

/// Subscriber for a plugin within a test's process, where a global one would receive the test's own events as well.
#[cfg(feature = "testing")]
pub(crate) fn tracing_dispatch(logger: Logger) -> tracing::Dispatch {
    let level = LevelFilter::INFO;
    tracing::Dispatch::new(TracingForwarder { logger, level })
}

/// Subscriber that logs events and ignores spans, so that it needs no span registry.
struct TracingForwarder {
    logger: Logger,
    level: LevelFilter,
}

impl Subscriber for TracingForwarder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= self.level
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let level = match *event.metadata().level() {
            tracing::Level::ERROR => Level::Error,
            tracing::Level::WARN => Level::Warn,
            tracing::Level::INFO => Level::Info,
            _ => Level::Debug,
        };
        let data = (!fields.data.is_empty()).then_some(Value::Object(fields.data));
        self.logger
            .log(level, event.metadata().target(), fields.message, data);
    }

    /// Never called, since `enabled` rejects all spans.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Visitor that collects the fields of an event as JSON.
#[derive(Default)]
struct Fields {
    message: String,
    data: Map<String, Value>,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            // Writing into a string cannot fail.
            let _ = write!(self.message, "{value:?}");
        } else {
            self.data
                .insert(field.name().to_owned(), format!("{value:?}").into());
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message.push_str(value);
        } else {
            self.data.insert(field.name().to_owned(), value.into());
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.data.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.data.insert(field.name().to_owned(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.data.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.data.insert(field.name().to_owned(), value.into());
    }
}
