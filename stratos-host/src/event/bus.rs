//! The event bus: every event reaches every subscriber and, in tests, the journal.

use std::sync::Arc;

use serde_json::Value;
use stratos_protocol::logger::Level;

use crate::event::log_limit::{Admission, LogLimiter, NOTICE_INTERVAL};
use crate::event::request_limit::{self, RequestKind, RequestLimiter};
use crate::event::subscriber::{Subscriber, Subscribers};
use crate::event::types::now_millis;
use crate::event::{Entry, Event, Journal, LogLine};

/// Broadcasts events to all subscribers. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct EventBus {
    subscribers: Subscribers,
    limiter: LogLimiter,
    request_limiter: RequestLimiter,
    journal: Option<Journal>,
}

impl EventBus {
    /// A bus that also appends every event, IPC call and HTTP request to a journal.
    #[must_use]
    pub fn with_journal(journal: Journal) -> Self {
        Self {
            journal: Some(journal),
            ..Self::default()
        }
    }

    /// Subscribes to all events from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscriber {
        self.subscribers.subscribe(None)
    }

    /// Subscribes to one plugin's pushes, so that other plugins cannot fill this subscriber's queue.
    pub(crate) fn subscribe_to_pushes(&self, plugin: &str) -> Subscriber {
        self.subscribers.subscribe(Some(plugin.to_owned()))
    }

    pub(crate) fn emit(&self, event: Event) {
        let event = Arc::new(event);
        self.record(|| Entry::Event(Arc::clone(&event)));
        self.subscribers.emit(&event);
    }

    /// Emits an event about a request to a plugin, subject to the plugin's rate limit. Calls `event` only if there is a
    /// subscriber and the event is admitted.
    pub(crate) fn emit_request(
        &self,
        plugin: &str,
        kind: RequestKind,
        event: impl FnOnce() -> Event,
    ) {
        if self.has_subscribers() && self.admits(plugin, kind) {
            self.emit(event());
        }
    }

    /// Emits a change of a config value by its plugin, subject to the plugin's rate limit for requests. The journal has
    /// all of them.
    pub(crate) fn emit_config_change(&self, event: Event) {
        let event = Arc::new(event);
        self.record(|| Entry::Event(Arc::clone(&event)));
        if self.has_subscribers() && self.admits(event.plugin(), RequestKind::Config) {
            self.subscribers.emit(&event);
        }
    }

    /// Whether the rate limit admits an event. The events that it does not admit are reported later.
    fn admits(&self, plugin: &str, kind: RequestKind) -> bool {
        match self.request_limiter.admit(plugin, kind) {
            request_limit::Admission::Admitted => return true,
            request_limit::Admission::Suppressed => {}
            request_limit::Admission::FirstSuppressed => {
                let (bus, plugin) = (self.clone(), plugin.to_owned());
                tokio::spawn(async move {
                    tokio::time::sleep(NOTICE_INTERVAL).await;
                    bus.report_suppressed(&plugin);
                });
            }
        }
        false
    }

    /// Whether anybody subscribes to all events.
    pub(crate) fn has_subscribers(&self) -> bool {
        self.subscribers.is_any_unrestricted()
    }

    /// Emits the numbers of all requests that have no events of their own, such as when the shell stops.
    pub(crate) fn report_all_suppressed(&self) {
        for plugin in self.request_limiter.plugins() {
            self.report_suppressed(&plugin);
        }
    }

    fn report_suppressed(&self, plugin: &str) {
        if let Some(event) = self.request_limiter.take_suppressed(plugin) {
            self.emit(event);
        }
    }

    /// Appends an entry to the journal, if there is one.
    pub(crate) fn record(&self, entry: impl FnOnce() -> Entry) {
        if let Some(journal) = &self.journal {
            journal.add(entry());
        }
    }

    /// Emits a log line of the shell itself about a plugin; exempt from the plugin's rate limit.
    pub(crate) fn log_from_shell(&self, plugin: &str, level: Level, message: impl Into<String>) {
        self.emit(Event::Log(shell_line(plugin, level, message.into())));
    }

    /// Emits a log line of a plugin, subject to the plugin's rate limit.
    pub(crate) fn log(
        &self,
        plugin: &str,
        level: Level,
        tag: &str,
        message: String,
        data: Option<Value>,
    ) {
        let line = LogLine {
            plugin: plugin.to_owned(),
            level,
            tag: tag.to_owned(),
            message,
            data,
            dropped: None,
            time: now_millis(),
        };
        match self.limiter.admit(line) {
            Admission::Admitted(line) => self.emit(Event::Log(line)),
            Admission::Dropped => {}
            Admission::FirstDropped => self.report_dropped_later(plugin),
        }
    }

    /// Counts lines that a plugin dropped before they reached the shell.
    pub(crate) fn count_dropped(&self, plugin: &str, lines: u64) {
        if self.limiter.count_dropped(plugin, lines) {
            self.report_dropped_later(plugin);
        }
    }

    fn report_dropped_later(&self, plugin: &str) {
        let (bus, plugin) = (self.clone(), plugin.to_owned());
        tokio::spawn(async move {
            tokio::time::sleep(NOTICE_INTERVAL).await;
            bus.report_dropped(&plugin);
        });
    }

    /// Reports the number of a plugin's dropped lines, if any, and emits the last of them.
    pub(crate) fn report_dropped(&self, plugin: &str) {
        if let Some(dropped) = self.limiter.take_dropped(plugin) {
            let unseen = dropped.unseen();
            if unseen > 0 {
                self.emit(Event::Log(LogLine {
                    dropped: Some(unseen),
                    ..shell_line(plugin, Level::Warn, dropped.notice())
                }));
            }
            for line in dropped.last {
                self.emit(Event::Log(line));
            }
        }
    }
}

/// A log line of the shell itself about a plugin.
fn shell_line(plugin: &str, level: Level, message: String) -> LogLine {
    LogLine {
        plugin: plugin.to_owned(),
        level,
        tag: "shell".to_owned(),
        message,
        data: None,
        dropped: None,
        time: now_millis(),
    }
}
