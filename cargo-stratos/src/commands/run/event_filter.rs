//! Filter of the events that are printed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stratos_host::event::Event;
use stratos_protocol::logger::Level;

/// Filter that keys change while events are printed. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct EventFilter(Arc<Mutex<Rules>>);

/// Rules of a filter. All of them must accept an event.
#[derive(Debug)]
pub(super) struct Rules {
    /// Whether HTTP requests, IPC calls, pushes and config changes are printed.
    pub(super) requests: bool,
    /// Lowest level of printed events.
    pub(super) level: Level,
    /// The only plugin whose events are printed, beside those of the shell.
    pub(super) plugin: Option<String>,
}

impl EventFilter {
    pub(super) fn new(rules: Rules) -> Self {
        Self(Arc::new(Mutex::new(rules)))
    }

    /// Whether an event is printed. The user has to react to [`Event::Attach`], so it always is.
    pub(super) fn accepts(&self, event: &Event) -> bool {
        let rules = self.lock();
        if matches!(event, Event::Attach { .. }) {
            return true;
        }
        let is_request = matches!(
            event,
            Event::Request { .. }
                | Event::Call { .. }
                | Event::Suppressed { .. }
                | Event::Push { .. }
                | Event::Config { .. }
        );
        let is_of_plugin = |id: &String| event.plugin().is_empty() || event.plugin() == id;
        (rules.requests || !is_request)
            && event.level() >= rules.level
            && rules.plugin.as_ref().is_none_or(is_of_plugin)
    }

    /// Hides requests, or shows them again. Returns the new rule in words.
    pub(super) fn toggle_requests(&self) -> &'static str {
        let mut rules = self.lock();
        rules.requests = !rules.requests;
        match rules.requests {
            true => "requests, calls, pushes and config changes are shown",
            false => "requests, calls, pushes and config changes are hidden",
        }
    }

    /// Raises the lowest level, from the highest one back to the lowest. Returns the new rule in words.
    pub(super) fn next_level(&self) -> &'static str {
        let mut rules = self.lock();
        let (level, text) = match rules.level {
            Level::Debug => (Level::Info, "level info and above"),
            Level::Info => (Level::Warn, "level warn and above"),
            Level::Warn => (Level::Error, "level error"),
            Level::Error => (Level::Debug, "all levels"),
        };
        rules.level = level;
        text
    }

    /// Restricts the filter to the next of these plugins, and after the last one to none. Returns the new rule in words.
    pub(super) fn next_plugin(&self, ids: &[String]) -> String {
        let mut rules = self.lock();
        let at = rules
            .plugin
            .as_ref()
            .and_then(|id| ids.iter().position(|other| other == id));
        rules.plugin = ids.get(at.map_or(0, |at| at + 1)).cloned();
        match &rules.plugin {
            Some(id) => format!("events of {id} only"),
            None => "events of all plugins".to_owned(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Rules> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plugin_key_goes_through_all_plugins() {
        let ids = ["a", "b"].map(str::to_owned);
        let filter = EventFilter::new(Rules {
            requests: true,
            level: Level::Debug,
            plugin: None,
        });
        let config = |plugin: &str| Event::Config {
            plugin: plugin.to_owned(),
            key: "k".to_owned(),
            value: None,
            by_plugin: true,
        };
        let seen = || ["a", "b"].map(|id| filter.accepts(&config(id)));
        assert_eq!(seen(), [true, true]);
        filter.next_plugin(&ids);
        assert_eq!(seen(), [true, false]);
        filter.next_plugin(&ids);
        assert_eq!(seen(), [false, true]);
        assert!(filter.accepts(&Event::Auth {
            authenticated: true
        }));
        filter.next_plugin(&ids);
        assert_eq!(seen(), [true, true]);
    }
}
