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
                | Event::Airline { .. }
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

    fn filter(requests: bool, level: Level) -> EventFilter {
        EventFilter::new(Rules {
            requests,
            level,
            plugin: None,
        })
    }

    fn request(status: u16) -> Event {
        Event::Request {
            plugin: "a".to_owned(),
            method: "GET".to_owned(),
            path: "/api/a".to_owned(),
            status: Some(status),
            refused: None,
            ms: 1.0,
        }
    }

    fn config(plugin: &str) -> Event {
        Event::Config {
            plugin: plugin.to_owned(),
            key: "k".to_owned(),
            value: None,
            by_plugin: true,
        }
    }

    fn attach() -> Event {
        Event::Attach {
            plugin: "b".to_owned(),
            generation: 1,
            pid: 7,
            debugger: "lldb".to_owned(),
            needs: None,
            waits: true,
        }
    }

    #[test]
    fn the_plugin_key_goes_through_all_plugins() {
        let ids = ["a", "b"].map(str::to_owned);
        let filter = filter(true, Level::Debug);
        let seen = || ["a", "b"].map(|id| filter.accepts(&config(id)));
        assert_eq!(seen(), [true, true]);
        assert_eq!(filter.next_plugin(&ids), "events of a only");
        assert_eq!(seen(), [true, false]);
        filter.next_plugin(&ids);
        assert_eq!(seen(), [false, true]);
        assert!(filter.accepts(&Event::Auth {
            authenticated: true
        }));
        assert_eq!(filter.next_plugin(&ids), "events of all plugins");
        assert_eq!(seen(), [true, true]);
    }

    #[test]
    fn the_level_key_hides_events_of_lower_levels() {
        let filter = filter(true, Level::Debug);
        // The levels of these are info, warn and error.
        let seen = || [200, 404, 500].map(|status| filter.accepts(&request(status)));
        assert_eq!(seen(), [true, true, true]);
        for (text, expected) in [
            ("level info and above", [true, true, true]),
            ("level warn and above", [false, true, true]),
            ("level error", [false, false, true]),
            ("all levels", [true, true, true]),
        ] {
            assert_eq!(filter.next_level(), text);
            assert_eq!(seen(), expected, "{text}");
        }
    }

    #[test]
    fn the_requests_key_hides_requests_calls_pushes_and_config_changes() {
        let plugin = || "a".to_owned();
        let requests = [
            request(200),
            request(500),
            Event::Call {
                plugin: plugin(),
                channel: "c".to_owned(),
                error: Some("no".to_owned()),
                ms: 1.0,
            },
            Event::Suppressed {
                plugin: plugin(),
                counts: Default::default(),
            },
            Event::Push {
                plugin: plugin(),
                channel: "c".to_owned(),
                payload: serde_json::from_str("1").unwrap(),
            },
            config("a"),
        ];
        let others = [
            Event::Auth {
                authenticated: true,
            },
            Event::Missed { count: 1 },
        ];
        let filter = filter(true, Level::Debug);
        let expect = |requests_are_shown: bool| {
            for event in &requests {
                assert_eq!(filter.accepts(event), requests_are_shown, "{event:?}");
            }
            assert!(others.iter().all(|event| filter.accepts(event)));
        };
        expect(true);
        assert!(filter.toggle_requests().ends_with("are hidden"));
        expect(false);
        assert!(filter.toggle_requests().ends_with("are shown"));
        expect(true);
    }

    #[test]
    fn a_debugger_pause_is_always_shown() {
        let filter = filter(false, Level::Error);
        filter.next_plugin(&["a".to_owned()]);
        assert!(!filter.accepts(&config("b")));
        assert!(filter.accepts(&attach()));
    }
}
