//! Transcript of a journal as text.

use std::fmt::Write as _;
use std::path::Path;

use stratos_host::PluginState;
use stratos_host::event::Entry;
use stratos_host::event::ScenarioProgress;
use stratos_host::event::{Event, Modal, ModalProgress};
use stratos_protocol::logger::Level;

use crate::testing::redaction::redact;

/// Renders journal entries, one per line, with redacted values.
pub(crate) fn transcript(entries: &[Entry], folders: &[&Path]) -> String {
    let mut text = String::new();
    for entry in entries {
        if let Some((kind, line)) = describe(entry) {
            // Indents continuation lines below the first one.
            let line = line.trim_end().replace('\n', "\n          ");
            // Writing into a string cannot fail.
            let _ = writeln!(text, "{kind:<9} {}", redact(&line, folders));
        }
    }
    text
}

/// Kind and text of an entry's line; `None` if the transcript omits the entry.
fn describe(entry: &Entry) -> Option<(&'static str, String)> {
    Some(match entry {
        Entry::Event(event) => return describe_event(event),
        Entry::Call {
            plugin,
            channel,
            payload,
        } => ("call", format!("{plugin}: {channel} {payload}")),
        Entry::Answer {
            plugin,
            channel,
            answer: Ok(answer),
        } => ("answer", format!("{plugin}: {channel} {answer}")),
        Entry::Answer {
            plugin,
            channel,
            answer: Err(error),
        } => ("error", format!("{plugin}: {channel}: {error}")),
        Entry::Request { request } => ("request", request.clone()),
        Entry::Response {
            request,
            status: Some(status),
        } => ("response", format!("{request}: {status}")),
        Entry::Response {
            request,
            status: None,
        } => ("response", format!("{request}: none")),
        Entry::Done(text) => ("shell", text.clone()),
    })
}

fn describe_event(event: &Event) -> Option<(&'static str, String)> {
    Some(match event {
        Event::Log(line) => {
            let level = match line.level {
                Level::Debug => "debug",
                Level::Info => "info",
                Level::Warn => "warn",
                Level::Error => "error",
            };
            let data = line.data.as_ref().map(|data| format!(" {data}"));
            let (plugin, tag, message) = (&line.plugin, &line.tag, &line.message);
            let data = data.unwrap_or_default();
            ("log", format!("{plugin}: {level} [{tag}] {message}{data}"))
        }
        Event::Push {
            plugin,
            channel,
            payload,
        } => ("push", format!("{plugin}: {channel} {payload}")),
        Event::State {
            plugin,
            state,
            generation,
        } => {
            let reason = match state {
                PluginState::Errored { reason } => format!(": {reason}"),
                _ => String::new(),
            };
            let generation = match generation {
                0 | 1 => String::new(),
                generation => format!(" (generation {generation})"),
            };
            (
                "state",
                format!("{plugin}: {}{generation}{reason}", state.as_str()),
            )
        }
        Event::Config {
            plugin,
            key,
            value,
            by_plugin,
        } => {
            let change = match value {
                Some(value) => format!("{key} = {value}"),
                None => format!("{key} removed"),
            };
            let by = if *by_plugin { "" } else { " (by the test)" };
            ("config", format!("{plugin}: {change}{by}"))
        }
        Event::Auth { authenticated } => {
            let state = if *authenticated { "in" } else { "out" };
            ("auth", format!("signed {state}"))
        }
        Event::Flight { change } => ("flight", change.to_string()),
        Event::FlightLog { plugin, change } => ("log-entry", format!("{plugin}: {change}")),
        Event::StartGuard { plugin, veto } => {
            let verdict = match veto {
                None => "allows the start".to_owned(),
                Some(reason) => format!("vetoes the start: {reason}"),
            };
            ("guard", format!("{plugin}: {verdict}"))
        }
        Event::Toast {
            plugin,
            kind,
            message,
        } => ("toast", format!("{plugin}: {kind} {message}")),
        Event::Sound { plugin, sound, .. } => {
            let sound = sound.as_deref().unwrap_or("notification");
            ("sound", format!("{plugin}: {sound}"))
        }
        Event::Indicator { plugin, indicator } => {
            let badge = match indicator {
                None => "removed".to_owned(),
                Some(set) => {
                    let tooltip = set.tooltip.as_ref().map(|text| format!(" {text}"));
                    format!("{}{}", set.kind.as_str(), tooltip.unwrap_or_default())
                }
            };
            ("indicator", format!("{plugin}: {badge}"))
        }
        Event::Modal { modal, progress } => {
            let Modal {
                plugin,
                title,
                text,
                kind,
                ..
            } = modal;
            let progress = match progress {
                ModalProgress::Opened => format!(": {text}"),
                ModalProgress::Closed { answer, reason } => {
                    format!(" closed with {answer} ({})", reason.as_str())
                }
            };
            let kind = kind.as_str();
            ("dialog", format!("{plugin}: {kind} {title}{progress}"))
        }
        Event::Airline {
            plugin,
            method,
            path,
            status,
            error,
            ..
        } => {
            let outcome = match (status, error) {
                (Some(status), _) => status.to_string(),
                (None, error) => error.clone().unwrap_or_default(),
            };
            let method = method.as_str();
            ("airline", format!("{plugin}: {method} {path}: {outcome}"))
        }
        Event::Scenario { scenario, progress } => {
            let text = match progress {
                ScenarioProgress::Began { steps } => format!("{scenario}: {steps} steps"),
                ScenarioProgress::Step { step } => step.to_string(),
                ScenarioProgress::Ended { outcome } => format!("{scenario}: {}", outcome.as_str()),
            };
            ("scenario", text)
        }
        // Tests neither watch nor build files, requests and calls are entries of their own, and the journal misses no
        // event.
        Event::Changed { .. }
        | Event::Reread { .. }
        | Event::Build { .. }
        | Event::Reload { .. }
        | Event::Attach { .. }
        | Event::Request { .. }
        | Event::Call { .. }
        | Event::Suppressed { .. }
        | Event::Missed { .. } => return None,
    })
}
