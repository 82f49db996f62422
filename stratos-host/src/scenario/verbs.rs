//! The verbs of scenario steps: documentation, parsing and execution.
//!
//! [`VERBS`] has one entry for each verb. To add a verb, add its entry, and describe new keys in [`KEYS`]. The parser
//! and the book's tables (`STRATOS_UPDATE_BOOK=1 cargo test -p stratos-tests --test docs`) follow from them.

use std::time::Duration;

use axum::http::Method;
use stratos_protocol::excerpt::excerpt;

use crate::control::HttpResponse;
use crate::scenario::action::{Action, StepResult};
use crate::scenario::duration::format_duration;
use crate::scenario::expectation::Expectation;
use crate::scenario::json_subset::is_subset;
use crate::scenario::mock_server_config::MockResponse;
use crate::scenario::step_reader::StepReader;

/// Time that `expect` waits without a `within`.
const DEFAULT_WITHIN: Duration = Duration::from_secs(5);
/// Number of characters of a response body that a failure message contains.
const MAX_BODY_CHARS: usize = 200;

/// A verb of scenario steps.
#[derive(Debug)]
pub struct Verb {
    /// Name of the verb: the value of the key `do`.
    pub name: &'static str,
    /// Effect of a step with this verb, as a phrase.
    pub summary: &'static str,
    /// Keys that a step must have.
    pub required: &'static [&'static str],
    /// Keys that a step may have, in addition to `do`, `at` and `after`.
    pub optional: &'static [&'static str],
    /// Parses the keys into an action, and reports wrong values. The required keys exist.
    pub(super) parse: fn(&StepReader<'_>) -> Option<Action>,
}

/// A key of scenario steps.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Name of the key.
    pub name: &'static str,
    /// Meaning of the value, as a phrase.
    pub summary: &'static str,
}

impl Verb {
    /// Whether a step with this verb is about a plugin.
    pub(super) fn takes_plugin(&self) -> bool {
        self.optional.contains(&"plugin")
    }
}

/// All verbs, in the order of the book.
pub static VERBS: &[Verb] = &[
    Verb {
        name: "sign-in",
        summary: "signs the pilot in",
        required: &[],
        optional: &[],
        parse: |_| Some(switch_auth("", "signed-in".to_owned())),
    },
    Verb {
        name: "sign-out",
        summary: "signs the pilot out",
        required: &[],
        optional: &[],
        parse: |_| Some(switch_auth("", "signed-out".to_owned())),
    },
    Verb {
        name: "auth",
        summary: "switches to another persona",
        required: &["persona"],
        optional: &["fails"],
        parse: |step| {
            let persona = step.keys.text("persona")?;
            Some(switch_auth(&format!(" {persona}"), persona))
        },
    },
    Verb {
        name: "expire-token",
        summary: "expires the login",
        required: &[],
        optional: &[],
        parse: |_| {
            Some(Action::new("", |cx| async move {
                Ok(cx.control.expire_auth().await?)
            }))
        },
    },
    Verb {
        name: "start",
        summary: "starts a plugin that is not running",
        required: &[],
        optional: &["plugin", "fails"],
        parse: |_| {
            Some(Action::new("", |cx| async move {
                Ok(cx.control.start(&cx.plugin).await?)
            }))
        },
    },
    Verb {
        name: "stop",
        summary: "stops a plugin",
        required: &[],
        optional: &["plugin", "fails"],
        parse: |_| {
            Some(Action::new("", |cx| async move {
                Ok(cx.control.stop(&cx.plugin).await.map(drop)?)
            }))
        },
    },
    Verb {
        name: "kill",
        summary: "kills the plugin's process, like `kill -9`",
        required: &[],
        optional: &["plugin", "fails"],
        parse: |_| {
            Some(Action::new("", |cx| async move {
                Ok(cx.control.kill(&cx.plugin).await?)
            }))
        },
    },
    Verb {
        name: "update",
        summary: "replaces a plugin, like an OTA update",
        required: &[],
        optional: &["plugin", "fails"],
        parse: |_| {
            Some(Action::new("", |cx| async move {
                Ok(cx.control.update(&cx.plugin).await?)
            }))
        },
    },
    Verb {
        name: "config-fails",
        summary: "makes every config operation of the plugins fail",
        required: &[],
        optional: &["reason", "for"],
        parse: |step| {
            let reason = step.keys.text("reason");
            let reason = reason.unwrap_or_else(|| "the disk is full".to_owned());
            let duration = step.keys.duration("for");
            let details = format!(": {reason}{}", for_duration(duration));
            Some(Action::new(details, move |cx| async move {
                cx.faults.fail_store(&reason, duration);
                Ok(())
            }))
        },
    },
    Verb {
        name: "config-slow",
        summary: "delays every config operation of the plugins",
        required: &["by"],
        optional: &["for"],
        parse: |step| {
            let (delay, duration) = (step.keys.duration("by")?, step.keys.duration("for"));
            let details = format!(" by {}{}", format_duration(delay), for_duration(duration));
            Some(Action::new(details, move |cx| async move {
                cx.faults.delay_store(delay, duration);
                Ok(())
            }))
        },
    },
    Verb {
        name: "config-works",
        summary: "ends `config-fails` and `config-slow`",
        required: &[],
        optional: &[],
        parse: |_| {
            Some(Action::new("", |cx| async move {
                cx.faults.restore_store();
                Ok(())
            }))
        },
    },
    Verb {
        name: "config-set",
        summary: "sets a config value, as the pilot does in the settings page, which accepts only what the manifest declares",
        required: &["key", "value"],
        optional: &["plugin", "force", "fails"],
        parse: |step| {
            let (key, value) = (step.keys.text("key")?, step.keys.json("value")?);
            let force = step.keys.boolean("force").unwrap_or(false);
            Some(Action::new(format!(" {key}"), move |cx| async move {
                let (control, plugin) = (&cx.control, &cx.plugin);
                let stored = match force {
                    true => control.config_set_unchecked(plugin, key, value).await,
                    false => control.config_set(plugin, key, value).await,
                };
                Ok(stored?)
            }))
        },
    },
    Verb {
        name: "invoke",
        summary: "invokes an IPC channel, as the UI does",
        required: &["channel"],
        optional: &["plugin", "payload", "answer", "fails"],
        parse: |step| {
            let channel = step.keys.channel("channel")?;
            let payload = step.keys.json("payload").unwrap_or_default();
            let expected = step.keys.json("answer");
            Some(Action::new(format!(" {channel}"), move |cx| async move {
                let answer = cx.control.invoke(&cx.plugin, &channel, payload).await?;
                match expected {
                    Some(expected) if !is_subset(&expected, &answer) => {
                        Err(format!("the answer is {answer}, not {expected}").into())
                    }
                    _ => Ok(()),
                }
            }))
        },
    },
    Verb {
        name: "request",
        summary: "sends an HTTP request to the shell, as the UI does",
        required: &["path"],
        optional: &["method", "body", "status", "contains"],
        parse: |step| {
            let method = match step.keys.has("method") {
                true => step.keys.method("method")?,
                false => Method::GET,
            };
            let path = step.keys.path("path")?;
            let body = step.keys.json("body");
            let status = step.keys.integer("status", 100, 599);
            let contains = step.keys.text("contains");
            Some(Action::new(
                format!(" {method} {path}"),
                move |cx| async move {
                    let response = cx.control.request(method, &path, body.as_ref()).await?;
                    check_response(&response, status, contains.as_deref())
                },
            ))
        },
    },
    Verb {
        name: "upstream-gone",
        summary: "stops a mock server: it closes all connections and refuses new ones",
        required: &[],
        optional: &["upstream", "for"],
        parse: |step| {
            let (name, duration) = (step.server()?, step.keys.duration("for"));
            let details = format!(" {name}{}", for_duration(duration));
            Some(Action::new(details, move |cx| async move {
                cx.faults.stop_server(&name, duration).await;
                Ok(())
            }))
        },
    },
    Verb {
        name: "upstream-back",
        summary: "ends `upstream-gone` and `upstream-slow`",
        required: &[],
        optional: &["upstream"],
        parse: |step| {
            let name = step.server()?;
            Some(Action::new(format!(" {name}"), |cx| async move {
                Ok(cx.faults.restore_server(&name).await?)
            }))
        },
    },
    Verb {
        name: "upstream-slow",
        summary: "delays the responses of a mock server",
        required: &["by"],
        optional: &["upstream", "for"],
        parse: |step| {
            let name = step.server()?;
            let (delay, duration) = (step.keys.duration("by")?, step.keys.duration("for"));
            let details = format!(
                " {name} by {}{}",
                format_duration(delay),
                for_duration(duration)
            );
            Some(Action::new(details, move |cx| async move {
                cx.faults.delay_server(&name, delay, duration);
                Ok(())
            }))
        },
    },
    Verb {
        name: "upstream-answers",
        summary: "changes the response of a mock server for a path",
        required: &["path"],
        optional: &["upstream", "status", "body"],
        parse: |step| {
            let (name, response) = (step.server()?, MockResponse::parse(step.keys)?);
            let details = format!(" {name} {} {}", response.path, response.status);
            Some(Action::new(details, move |cx| async move {
                cx.faults.set_response(&name, response);
                Ok(())
            }))
        },
    },
    Verb {
        name: "expect",
        summary: "waits for one of `state`, `log`, `push` and `config`",
        required: &[],
        optional: &[
            "plugin", "state", "log", "push", "payload", "config", "value", "within",
        ],
        parse: |step| {
            let expectation = Expectation::parse(step.keys)?;
            let within = step.keys.duration("within").unwrap_or(DEFAULT_WITHIN);
            let action = Action::new(format!(" {expectation}"), move |cx| async move {
                let expected = cx.observer.expect(&cx.plugin, &expectation, within).await;
                Ok(expected?)
            });
            Some(action.passive())
        },
    },
    Verb {
        name: "note",
        summary: "prints a text",
        required: &["text"],
        optional: &[],
        parse: |step| {
            let text = step.keys.text("text")?;
            let action = Action::new(format!(": {text}"), |_| async { Ok(()) });
            Some(action.passive())
        },
    },
];

/// All keys of steps, in the order of the book.
#[rustfmt::skip]
pub const KEYS: &[Key] = &[
    key("do", "the verb"),
    key("at", "start of the step, as a time since the start of the scenario"),
    key("after", "start of the step, as a time since the end of the previous step; without `at` and `after`, the step starts at once"),
    key("plugin", "the id of the plugin; may be omitted if the shell has only one plugin, or if the file names one at its top"),
    key("fails", "the step must fail, with an error that contains this text"),
    key("persona", "the name of a persona"),
    key("reason", "the error that plugins get; `the disk is full` if omitted"),
    key("by", "the delay"),
    key("for", "duration of the fault; if omitted, the fault lasts until the opposite step or the end of the scenario"),
    key("key", "the key of a config value"),
    key("value", "a config value; with `expect`, what the value must contain"),
    key("force", "`true` stores the value without a check against the manifest, for keys that are the plugin's own"),
    key("channel", "the channel, without its prefix"),
    key("payload", "the payload, `null` if omitted; with `expect`, what the payload of the push must contain"),
    key("answer", "what the answer must contain"),
    key("path", "the path, including its prefix"),
    key("method", "the HTTP method; `GET` if omitted"),
    key("body", "the body: a string is sent as it is, anything else as JSON"),
    key("status", "the expected status, any of 200 to 299 if omitted; the status of the response with `upstream-answers`, 200 if omitted"),
    key("contains", "a text that the body of the response must contain"),
    key("upstream", "the name of the mock server; may be omitted if there is only one"),
    key("state", "the state that the plugin must reach"),
    key("log", "a text that a log line of the plugin must contain"),
    key("push", "the channel of a push"),
    key("config", "the key of a config value that must exist"),
    key("within", "the timeout; `5s` if omitted"),
    key("text", "the text to print"),
];

const fn key(name: &'static str, summary: &'static str) -> Key {
    Key { name, summary }
}

fn switch_auth(details: &str, persona: String) -> Action {
    Action::new(details, |cx| async move {
        Ok(cx.control.switch_auth(&persona).await?)
    })
}

/// The end of the details of a timed fault, such as ` for 5s`; empty without a duration.
fn for_duration(duration: Option<Duration>) -> String {
    duration.map_or_else(String::new, |duration| {
        format!(" for {}", format_duration(duration))
    })
}

fn check_response(
    response: &HttpResponse,
    expected_status: Option<u16>,
    contains: Option<&str>,
) -> StepResult {
    let HttpResponse { status, body } = response;
    let shown = excerpt(body, MAX_BODY_CHARS);
    let is_expected = match expected_status {
        Some(expected) => expected == *status,
        None => (200..300).contains(status),
    };
    if !is_expected {
        let expected = expected_status.map_or("200 to 299".to_owned(), |status| status.to_string());
        return Err(format!("the status is {status}, not {expected}: {shown:?}").into());
    }
    match contains {
        Some(part) if !body.contains(part) => {
            Err(format!("the body {shown:?} does not contain {part:?}").into())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_key_is_documented_and_used() {
        let verbs = VERBS.iter();
        let keys = verbs.flat_map(|verb| verb.required.iter().chain(verb.optional));
        let common = ["do", "at", "after"];
        let used: BTreeSet<_> = keys.copied().chain(common).collect();
        let documented: BTreeSet<_> = KEYS.iter().map(|key| key.name).collect();
        assert_eq!(used, documented);
    }
}
