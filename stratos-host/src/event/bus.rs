//! The event bus: every event reaches every subscriber and, in tests, the journal.

use std::sync::Arc;
use std::time::Duration;

use stratos_protocol::logger::Level;
use tokio::runtime::Handle;

use crate::event::event_limit::{EventLimiter, LimitedEvent};
use crate::event::log_limit::{Dropped, LogLimiter};
use crate::event::rate_limiter::Admission;
use crate::event::subscriber::{Subscriber, Subscribers};
use crate::event::types::now_millis;
use crate::event::{Entry, Event, Journal, JsonText, LogLine};

/// Interval of the reports that count suppressed events or dropped log lines.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// Broadcasts events to all subscribers. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct EventBus {
    subscribers: Subscribers,
    log_limiter: Arc<LogLimiter>,
    event_limiter: Arc<EventLimiter>,
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
        self.subscribers.emit(&self.recorded(event));
    }

    /// Emits an event of a plugin, subject to the plugin's rate limit. Calls `event` only if there is a subscriber and
    /// the event is admitted.
    pub(crate) fn emit_limited(
        &self,
        plugin: &str,
        limited: LimitedEvent,
        event: impl FnOnce() -> Event,
    ) {
        if self.is_wanted(plugin, limited) {
            self.emit(event());
        }
    }

    /// Emits an event of a plugin, subject to the plugin's rate limit. The journal has all of them.
    pub(crate) fn emit_journaled(&self, limited: LimitedEvent, event: Event) {
        let event = self.recorded(event);
        if self.is_wanted(event.plugin(), limited) {
            self.subscribers.emit(&event);
        }
    }

    /// Whether there is a subscriber and the rate limit admits an event. Events above the limit are reported later.
    fn is_wanted(&self, plugin: &str, limited: LimitedEvent) -> bool {
        if !self.has_subscribers() {
            return false;
        }
        match self.event_limiter.admit(plugin, limited) {
            Admission::Admitted(_) => return true,
            Admission::FirstRefused => self.report_later(plugin, Self::report_suppressed),
            Admission::Refused => {}
        }
        false
    }

    /// Whether anybody subscribes to all events.
    pub(crate) fn has_subscribers(&self) -> bool {
        self.subscribers.is_any_unrestricted()
    }

    /// Emits the numbers of all requests that have no events of their own, such as when the shell stops.
    pub(crate) fn report_all_suppressed(&self) {
        for plugin in self.event_limiter.plugins() {
            self.report_suppressed(&plugin);
        }
    }

    fn report_suppressed(&self, plugin: &str) {
        if let Some(counts) = self.event_limiter.take_excess(plugin) {
            let plugin = plugin.to_owned();
            self.emit(Event::Suppressed { plugin, counts });
        }
    }

    /// Appends an event to the journal, if there is one.
    fn recorded(&self, event: Event) -> Arc<Event> {
        let event = Arc::new(event);
        self.record(|| Entry::Event(Arc::clone(&event)));
        event
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
        data: Option<JsonText>,
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
        match self.log_limiter.admit(plugin, line) {
            Admission::Admitted(line) => self.emit(Event::Log(line)),
            Admission::FirstRefused => self.report_later(plugin, Self::report_dropped),
            Admission::Refused => {}
        }
    }

    /// Counts lines that a plugin dropped before they reached the shell.
    pub(crate) fn count_dropped(&self, plugin: &str, lines: u64) {
        let count = |dropped: &mut Dropped| dropped.count(lines);
        if self.log_limiter.add_excess(plugin, count) {
            self.report_later(plugin, Self::report_dropped);
        }
    }

    fn report_later(&self, plugin: &str, report: fn(&Self, &str)) {
        // Without a runtime, the shell ends: its end reports the rest.
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let (bus, plugin) = (self.clone(), plugin.to_owned());
        runtime.spawn(async move {
            tokio::time::sleep(REPORT_INTERVAL).await;
            report(&bus, &plugin);
        });
    }

    /// Reports the number of a plugin's dropped lines, if any, and emits the last of them.
    pub(crate) fn report_dropped(&self, plugin: &str) {
        if let Some(dropped) = self.log_limiter.take_excess(plugin) {
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
