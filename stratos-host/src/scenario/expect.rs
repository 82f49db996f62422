//! Looks whether something is seen that a step expects.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

use crate::control::{Control, ControlError};
use crate::event::Event;
use crate::scenario::model::Expected;
use crate::scenario::time::show;

/// How many events are kept to look back at.
const KEPT: usize = 10_000;
/// And how many bytes of them: 16 MiB, as for any watcher.
const KEPT_BYTES: usize = 16 * 1024 * 1024;
/// How often a stored value is looked at.
const GLANCE: Duration = Duration::from_millis(20);
/// How much of what was seen instead is worth reading.
const SHOWN: usize = 3;

/// Sees everything that happens, from when it was made.
#[derive(Debug)]
pub(super) struct Witness {
    seen: Arc<watch::Sender<VecDeque<Arc<Event>>>>,
    task: AbortHandle,
}

impl Witness {
    pub(super) fn new(control: &Control) -> Self {
        let mut watcher = control.subscribe();
        let seen = Arc::new(watch::Sender::new(VecDeque::new()));
        let sees = Arc::clone(&seen);
        let mut bytes = 0;
        let task = tokio::spawn(async move {
            while let Some(event) = watcher.next().await {
                bytes += event.bytes();
                sees.send_modify(|seen| {
                    seen.push_front(event);
                    while seen.len() > KEPT || bytes > KEPT_BYTES {
                        let oldest = seen.pop_back().expect("it is not empty");
                        bytes -= oldest.bytes();
                    }
                });
            }
        });
        Self {
            seen,
            task: task.abort_handle(),
        }
    }

    /// Waits until this is seen; says what was seen instead if it is not in time.
    pub(super) async fn expect(
        &self,
        control: &Control,
        plugin: &str,
        what: &Expected,
        within: Duration,
    ) -> Result<(), String> {
        let found = match what {
            Expected::State(state) => timeout(within, control.wait_for_state(plugin, state))
                .await
                .is_ok(),
            Expected::Config { key, value } => {
                let look = is_stored(control, plugin, key, value.as_ref());
                timeout(within, look).await.is_ok()
            }
            Expected::Log(_) | Expected::Push { .. } => {
                let mut seen = self.seen.subscribe();
                let look = seen.wait_for(|seen| seen.iter().any(|event| fits(event, plugin, what)));
                timeout(within, look).await.is_ok()
            }
        };
        match found {
            true => Ok(()),
            false => {
                let instead = self.instead(control, plugin, what).await;
                Err(format!("not within {}: {instead}", show(within)))
            }
        }
    }

    async fn instead(&self, control: &Control, plugin: &str, what: &Expected) -> String {
        match what {
            Expected::State(_) => {
                let plugins = control.plugins();
                let its = plugins.iter().find(|info| info.id == plugin);
                let state = its.map_or("gone", |info| info.state.as_str());
                format!("it is {state}")
            }
            Expected::Config { key, value } => match (control.config_get(plugin, key).await, value)
            {
                (Ok(stored), Some(value)) => format!("{stored} is stored, and not {value}"),
                (Ok(_), None) => "it was stored too late".to_owned(),
                (Err(error), _) => error.to_string(),
            },
            Expected::Log(_) => self.list("logged", |event| match event {
                Event::Log(line) if line.plugin == plugin => Some(format!("{:?}", line.message)),
                _ => None,
            }),
            Expected::Push { channel, payload } => {
                let wanted = match payload {
                    Some(payload) => format!("with {payload}, "),
                    None => String::new(),
                };
                let pushed = self.list("pushed on it", |event| match event {
                    Event::Push {
                        plugin: its,
                        channel: on,
                        payload,
                    } if its == plugin && on == channel => Some(payload.to_string()),
                    _ => None,
                });
                wanted + &pushed
            }
        }
    }

    /// The latest of what was seen instead, in order.
    fn list(&self, done: &str, show: impl Fn(&Event) -> Option<String>) -> String {
        let seen = self.seen.borrow();
        let latest = seen.iter().filter_map(|event| show(event)).take(SHOWN);
        let mut latest: Vec<_> = latest.collect();
        latest.reverse();
        match latest.is_empty() {
            true => format!("nothing was {done}"),
            false => format!("{done} was {}", latest.join(", ")),
        }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn fits(event: &Event, id: &str, what: &Expected) -> bool {
    match (event, what) {
        (Event::Log(line), Expected::Log(part)) => line.plugin == id && line.message.contains(part),
        (
            Event::Push {
                plugin,
                channel,
                payload,
            },
            Expected::Push {
                channel: wanted,
                payload: part,
            },
        ) => {
            let has = |part: &Value| contains(&payload.value(), part);
            plugin == id && channel == wanted && part.as_ref().is_none_or(has)
        }
        _ => false,
    }
}

async fn is_stored(control: &Control, plugin: &str, key: &str, wanted: Option<&Value>) {
    loop {
        match control.config_get(plugin, key).await {
            Ok(value) if wanted.is_none_or(|wanted| contains(&value, wanted)) => return,
            Ok(_) | Err(ControlError::NoValue { .. }) => {}
            // What the store says then is in the message.
            Err(_) => {}
        }
        sleep(GLANCE).await;
    }
}

/// Whether a value has everything that the other one says: of tables, the keys that are named.
pub(super) fn contains(value: &Value, part: &Value) -> bool {
    match (value, part) {
        (Value::Object(value), Value::Object(part)) => part
            .iter()
            .all(|(key, part)| value.get(key).is_some_and(|value| contains(value, part))),
        (Value::Array(values), Value::Array(parts)) => {
            let mut pairs = values.iter().zip(parts);
            values.len() == parts.len() && pairs.all(|(value, part)| contains(value, part))
        }
        // 1 and 1.0 are one number to whoever writes JSON.
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        (value, part) => value == part,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_part_is_contained_in_the_whole() {
        let whole = json!({ "online": true, "fleet": [{ "id": "VA-1", "seats": 180 }], "n": 1 });
        for (part, expected) in [
            (json!({}), true),
            (json!({ "online": true }), true),
            (json!({ "n": 1.0 }), true),
            (json!({ "fleet": [{ "id": "VA-1" }] }), true),
            (json!({ "online": false }), false),
            (json!({ "fleet": [] }), false),
            (json!({ "fleet": [{ "id": "VA-1" }, {}] }), false),
            (json!({ "other": null }), false),
            (json!(1), false),
        ] {
            assert_eq!(contains(&whole, &part), expected, "{part}");
        }
    }
}
