//! Everything that happened in the shell, kept in order: for tests, which look back.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::watch;

use crate::events::Event;

/// Keeps every entry since the start in memory. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Journal(Arc<watch::Sender<Vec<Entry>>>);

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// What everybody may watch.
    Event(Arc<Event>),
    /// Somebody asks on a channel.
    Call {
        /// The plugin.
        plugin: String,
        /// The channel, without its prefix.
        channel: String,
        /// What is asked.
        payload: Value,
    },
    /// The question is answered, or is not.
    Answer {
        /// The plugin.
        plugin: String,
        /// The channel, without its prefix.
        channel: String,
        /// The answer, or why there is none.
        answer: Result<Value, String>,
    },
    /// A config value is another one.
    Config {
        /// The plugin.
        plugin: String,
        /// Whether the plugin did it, and not somebody at the shell.
        by_plugin: bool,
        /// The key.
        key: String,
        /// The value; `None` where it was removed.
        value: Option<Value>,
    },
    /// A request to the shell's server from an [`InProcessClient`](crate::InProcessClient).
    Request {
        /// Method and path.
        request: String,
    },
    /// Its answer's head.
    Response {
        /// Method and path.
        request: String,
        /// The status; `None` where there is no answer.
        status: Option<u16>,
    },
    /// What somebody did to the shell, in words.
    Done(String),
}

impl Default for Journal {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Vec::new())))
    }
}

impl Journal {
    /// Looks at everything so far.
    pub fn read<T>(&self, look: impl FnOnce(&[Entry]) -> T) -> T {
        look(&self.0.borrow())
    }

    /// Waits until `find` finds something in everything so far. Has no deadline of its own.
    pub async fn find<T>(&self, mut find: impl FnMut(&[Entry]) -> Option<T>) -> T {
        let mut entries = self.0.subscribe();
        loop {
            if let Some(found) = find(&entries.borrow_and_update()) {
                return found;
            }
            let changed = entries.changed().await;
            changed.expect("`self` holds the sender");
        }
    }

    /// Adds an entry.
    pub fn add(&self, entry: Entry) {
        self.0.send_modify(|entries| entries.push(entry));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_there_and_what_comes_is_found() {
        let journal = Journal::default();
        let done = |text: &str| Entry::Done(text.to_owned());
        journal.add(done("one"));
        let second = async { journal.find(|entries| entries.get(1).cloned()).await };
        let add = async { journal.add(done("two")) };
        let (found, ()) = tokio::join!(second, add);
        assert_eq!(found, done("two"));
        assert_eq!(journal.read(<[Entry]>::len), 2);
    }
}
