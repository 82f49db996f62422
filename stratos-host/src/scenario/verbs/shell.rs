//! Verbs of the login, plugins, the config store, IPC and HTTP.

use axum::http::Method;
use stratos_protocol::excerpt::excerpt;

use crate::control::HttpResponse;
use crate::scenario::action::{Action, StepResult};
use crate::scenario::duration::format_duration;
use crate::scenario::json_subset::is_subset;
use crate::scenario::verbs::verb::{Verb, for_duration};

/// Number of characters of a response body that a failure message contains.
const MAX_BODY_CHARS: usize = 200;

pub(super) static SHELL: &[Verb] = &[
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
];

fn switch_auth(details: &str, persona: String) -> Action {
    Action::new(details, |cx| async move {
        Ok(cx.control.switch_auth(&persona).await?)
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
