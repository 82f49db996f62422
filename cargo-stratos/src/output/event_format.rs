//! Human-readable events of the shell.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde::Deserialize;
use stratos_host::PluginState;
use stratos_host::config::StratosToml;
use stratos_host::event::{
    BuildStep, Event, JsonText, LogLine, Part, SuppressedCounts, is_secret_name,
};
use stratos_manifest::Manifest;
use stratos_protocol::logger::Level;

use crate::output::escape::{escape, escape_coloured, escape_coloured_line};
use crate::output::scenario_format::format_progress;
use crate::output::service_events::{format_indicator, format_modal, format_sound, format_toast};
use crate::output::shorten::{REASON_BYTES, cut, short};
use crate::output::{CYAN, DIM, GREEN, RED, YELLOW};

/// Colours of plugin ids, one plugin after the other. Red is left out because it marks errors.
const COLOURS: [AnsiColor; 6] = [
    AnsiColor::Cyan,
    AnsiColor::Magenta,
    AnsiColor::Yellow,
    AnsiColor::Blue,
    AnsiColor::Green,
    AnsiColor::BrightCyan,
];

/// Most frames of a panic that are shown.
const FRAMES: usize = 20;

/// Formats events as lines of text.
#[derive(Debug)]
pub(crate) struct EventFormat {
    /// Plugin ids, in the order in which they get their colours.
    ids: Vec<String>,
    /// Length of the longest plugin id, to which all ids are padded.
    width: usize,
}

impl EventFormat {
    pub(crate) fn new(ids: Vec<String>) -> Self {
        Self {
            width: ids.iter().map(String::len).max().unwrap_or(0),
            ids,
        }
    }

    /// Formats an event as one line, or as several lines if it has compiler output.
    pub(crate) fn lines(&self, event: &Event) -> String {
        match event {
            Event::Log(line) => self.log_line(line),
            Event::Push {
                plugin,
                channel,
                payload,
            } => {
                let text = format!(
                    "{DIM}push{DIM:#}  {}{}",
                    short(channel),
                    data_on_line(payload)
                );
                self.prefixed(plugin, &text)
            }
            Event::State { plugin, state, .. } => self.prefixed(plugin, &format_state(state)),
            Event::Changed {
                plugin,
                part,
                files,
                count,
            } => self.prefixed(plugin, &format_change(*part, files, *count)),
            Event::Reread { plugin, error } => {
                self.prefixed(plugin, &format_reread(plugin, error.as_deref()))
            }
            Event::Build { plugin, build } => self.build(plugin, build),
            Event::Reload { plugin, ms, .. } => {
                let text = format!(
                    "{GREEN}reloaded{GREEN:#} {DIM}{} after the change{DIM:#}",
                    format_duration(*ms as f64)
                );
                self.prefixed(plugin, &text)
            }
            Event::Attach {
                plugin,
                pid,
                debugger,
                needs,
                waits,
                ..
            } => {
                let mut text = format!("{CYAN}attach{CYAN:#}  process {pid}: {debugger}");
                if let Some(needs) = needs {
                    write!(text, "; {needs}").expect("writing to a string does not fail");
                }
                if *waits {
                    text.push_str("; then press Enter here");
                }
                self.prefixed(plugin, &text)
            }
            Event::Request {
                plugin,
                method,
                path,
                status,
                refused,
                ms,
            } => {
                let mut text = format_request(method, path, *status, *ms);
                if let Some(reason) = refused {
                    write!(text, ": {}", cut(reason, REASON_BYTES))
                        .expect("writing to a string does not fail");
                }
                self.prefixed(plugin, &text)
            }
            Event::Call {
                plugin,
                channel,
                error,
                ms,
            } => {
                let (channel, time) = (short(channel), format_duration(*ms));
                let text = match error {
                    None => format!("call  {channel} {DIM}{time}{DIM:#}"),
                    Some(error) => format!(
                        "call  {channel} {RED}failed{RED:#} {DIM}{time}{DIM:#}: {}",
                        cut(error, REASON_BYTES)
                    ),
                };
                self.prefixed(plugin, &text)
            }
            Event::Toast {
                plugin,
                kind,
                message,
            } => self.prefixed(plugin, &format_toast(*kind, message)),
            Event::Sound {
                plugin,
                sound,
                custom,
            } => self.prefixed(plugin, &format_sound(sound.as_deref(), *custom)),
            Event::Indicator { plugin, indicator } => {
                self.prefixed(plugin, &format_indicator(indicator.as_ref()))
            }
            Event::Airline {
                plugin,
                method,
                path,
                status,
                error,
                ms,
            } => {
                let outcome = match error {
                    Some(error) => format!("{RED}failed{RED:#}: {}", cut(error, REASON_BYTES)),
                    None => format_status(*status),
                };
                let (method, path, time) = (method.as_str(), short(path), format_duration(*ms));
                let text = format!("airline  {method} {path} {outcome} {DIM}{time}{DIM:#}");
                self.prefixed(plugin, &text)
            }
            Event::Modal { modal, progress } => {
                self.prefixed(&modal.plugin, &format_modal(modal, progress))
            }
            Event::Suppressed { plugin, counts } => {
                self.prefixed(plugin, &format_suppressed(counts))
            }
            Event::Config {
                plugin,
                key,
                value,
                by_plugin,
            } => {
                let by = if *by_plugin { "plugin" } else { "user" };
                let value = match value {
                    Some(_) if is_secret_name(key) => format!(" {DIM}[redacted]{DIM:#}"),
                    Some(value) => data_on_line(value),
                    None => " removed".to_owned(),
                };
                let text = format!("config  {}{value} {DIM}by the {by}{DIM:#}", short(key));
                self.prefixed(plugin, &text)
            }
            Event::Auth { authenticated } => {
                let text = if *authenticated {
                    "signed in"
                } else {
                    "signed out"
                };
                self.prefixed("", &format!("{CYAN}auth{CYAN:#}  {text}"))
            }
            Event::Flight { change } => {
                let text = format!("{CYAN}flight{CYAN:#}  {}", short(&change.to_string()));
                self.prefixed("", &text)
            }
            Event::FlightLog { plugin, change } => self.prefixed(
                plugin,
                &format!("flight log  {}", short(&change.to_string())),
            ),
            Event::StartGuard { plugin, veto } => {
                let text = match veto {
                    None => "guard  the flight may start".to_owned(),
                    Some(reason) => {
                        format!(
                            "{YELLOW}guard{YELLOW:#}  the flight should not start: {}",
                            short(reason)
                        )
                    }
                };
                self.prefixed(plugin, &text)
            }
            Event::Scenario { progress, .. } => {
                let text = format!("{CYAN}scenario{CYAN:#}  {}", format_progress(progress));
                self.prefixed("", &text)
            }
            Event::Missed { count } => self.prefixed(
                "",
                &format!(
                    "{YELLOW}{count} events are not shown: there were too many at once{YELLOW:#}"
                ),
            ),
        }
    }

    fn log_line(&self, line: &LogLine) -> String {
        let (style, level) = match line.level {
            Level::Debug => (DIM, "debug"),
            Level::Info => (GREEN, "info "),
            Level::Warn => (YELLOW, "warn "),
            Level::Error => (RED, "error"),
        };
        let frames = line.data.as_ref().and_then(backtrace);
        let data = line.data.as_ref().filter(|_| frames.is_none());
        let data = data.map(data_on_line).unwrap_or_default();
        let (tag, message) = (escape(&line.tag), escape_coloured(&line.message));
        let mut text = format!("{style}{level}{style:#} {DIM}[{tag}]{DIM:#} {message}{data}");
        let frames = frames.unwrap_or_default();
        let mut add = |frame: &str| {
            let width = self.width;
            write!(text, "\n{:width$}   {DIM}{frame}{DIM:#}", "")
                .expect("writing to a string does not fail");
        };
        for frame in frames.iter().take(FRAMES) {
            add(&format!("at {}", short(frame)));
        }
        match frames.len().saturating_sub(FRAMES) {
            0 => {}
            more => add(&format!("... ({more} more)")),
        }
        self.prefixed(&line.plugin, &text)
    }

    fn build(&self, plugin: &str, build: &BuildStep) -> String {
        let (text, output) = match build {
            BuildStep::Started => (format!("{DIM}building{DIM:#}"), ""),
            BuildStep::Superseded => (format!("{DIM}build cancelled{DIM:#}"), ""),
            BuildStep::Finished {
                ms,
                unchanged,
                output,
            } => {
                let unchanged = if *unchanged { ", unchanged" } else { "" };
                let text = format!(
                    "{DIM}built in {}{unchanged}{DIM:#}",
                    format_duration(*ms as f64)
                );
                (text, output.as_str())
            }
            BuildStep::Failed {
                output,
                again,
                serves,
                ..
            } => {
                let message = match again {
                    true => "still does not build, for the same reason",
                    false => "does not build",
                };
                let rest = if *serves {
                    ": the last good version serves"
                } else {
                    ""
                };
                (format!("{RED}{message}{RED:#}{rest}"), output.as_str())
            }
        };
        let mut lines = self.prefixed(plugin, &text);
        for line in output.trim_end().lines() {
            lines.push('\n');
            lines.push_str(&escape_coloured_line(line));
        }
        lines
    }

    fn prefixed(&self, plugin: &str, text: &str) -> String {
        let (width, style) = (self.width, self.style(plugin));
        format!("{style}{plugin:width$}{style:#} {text}")
    }

    fn style(&self, plugin: &str) -> Style {
        let at = self.ids.iter().position(|id| id == plugin);
        let colour = at.map(|at| COLOURS[at % COLOURS.len()]);
        Style::new().bold().fg_color(colour.map(Into::into))
    }
}

fn format_change(part: Part, files: &[String], count: usize) -> String {
    let label = match part {
        Part::Source => "changed",
        Part::Icon => "icon changed",
    };
    let shown: Vec<_> = files.iter().take(3).map(|file| escape(file)).collect();
    let more = match count - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{DIM}{label}: {}{more}{DIM:#}", shown.join(", "))
}

fn format_reread(plugin: &str, error: Option<&str>) -> String {
    let file = if plugin.is_empty() {
        StratosToml::FILE_NAME
    } else {
        Manifest::FILE_NAME
    };
    match error {
        None => format!("{DIM}{file} was read again{DIM:#}"),
        Some(error) => format!("{RED}{file} is ignored{RED:#}: {}", escape(error)),
    }
}

fn format_request(method: &str, path: &str, status: Option<u16>, ms: f64) -> String {
    let (method, path, time) = (short(method), short(path), format_duration(ms));
    let status = format_status(status);
    format!("{method} {path} {status} {DIM}{time}{DIM:#}")
}

fn format_status(status: Option<u16>) -> String {
    match status {
        None => format!("{YELLOW}cancelled by the client{YELLOW:#}"),
        Some(status @ 500..) => format!("{RED}{status}{RED:#}"),
        Some(status @ 400..) => format!("{YELLOW}{status}{YELLOW:#}"),
        Some(status @ 300..) => format!("{CYAN}{status}{CYAN:#}"),
        Some(status) => format!("{GREEN}{status}{GREEN:#}"),
    }
}

fn format_suppressed(counts: &SuppressedCounts) -> String {
    let counts = counts.named().filter(|(count, _)| *count > 0);
    let counts: Vec<_> = counts
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    let counts = counts.join(" and ");
    format!("{YELLOW}{counts} are not shown: there were too many at once{YELLOW:#}")
}

/// The frames of a panic: strings in a list under the only key `backtrace`.
fn backtrace(data: &JsonText) -> Option<Vec<String>> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Data {
        backtrace: Vec<String>,
    }
    let data: Data = serde_json::from_str(data.as_str()).ok()?;
    Some(data.backtrace)
}

/// JSON data on the same line, shortened.
fn data_on_line(value: &impl ToString) -> String {
    format!(" {DIM}{}{DIM:#}", short(&value.to_string()))
}

/// Formats milliseconds, which are whole unless fractions were measured, with as many digits as tell something.
fn format_duration(ms: f64) -> String {
    match ms {
        1000.0.. => format!("{:.1} s", ms / 1e3),
        ..10.0 if ms.fract() > 0.0 => format!("{ms:.1} ms"),
        _ => format!("{ms:.0} ms"),
    }
}

fn format_state(state: &PluginState) -> String {
    match state {
        PluginState::Errored { reason } => {
            format!("{RED}errored{RED:#}: {}", cut(reason, REASON_BYTES))
        }
        PluginState::BackingOff {
            reason,
            retry_in_ms,
        } => {
            let (reason, time) = (
                cut(reason, REASON_BYTES),
                format_duration(*retry_in_ms as f64),
            );
            format!("{YELLOW}crashed{YELLOW:#}: {reason}; starts again in {time}")
        }
        PluginState::Running => format!("{GREEN}running{GREEN:#}"),
        other => format!("{DIM}{}{DIM:#}", other.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::output::shorten::DATA_BYTES;

    #[test]
    fn long_texts_are_cut_and_frames_of_a_panic_have_lines() {
        let format = EventFormat::new(vec!["demo".to_owned()]);
        let shown = |event: serde_json::Value| {
            let event: Event = serde_json::from_value(event).unwrap();
            anstream::adapter::strip_str(&format.lines(&event)).to_string()
        };
        let long = "x".repeat(5000);
        let call = shown(
            json!({ "event": "call", "plugin": "demo", "channel": long, "error": long, "ms": 1.0 }),
        );
        let expected = format!(
            "demo call  {}... (4680 more bytes) failed 1 ms: {}... (3720 more bytes)",
            &long[..DATA_BYTES],
            &long[..REASON_BYTES]
        );
        assert_eq!(call, expected);
        let log = |data| {
            let line = json!({ "level": "error", "plugin": "demo", "tag": "panic", "message": "ended", "data": data, "event": "log", "time": 0 });
            shown(line)
        };
        let frames = [
            "demo::plan at src/lib.rs:3:4",
            "demo::main at src/main.rs:1:1",
        ];
        assert_eq!(
            log(json!({ "backtrace": frames })),
            format!(
                "demo error [panic] ended\n       at {}\n       at {}",
                frames[0], frames[1]
            )
        );
        for (count, last) in [
            (20, "at frame"),
            (21, "... (1 more)"),
            (500, "... (480 more)"),
        ] {
            let shown = log(json!({ "backtrace": vec!["frame"; count] }));
            let lines: Vec<_> = shown.lines().map(str::trim).collect();
            assert_eq!(lines.len(), 1 + count.min(21), "{shown}");
            assert_eq!(*lines.last().unwrap(), last);
        }
        let data = log(json!(long));
        assert!(data.ends_with("xxx... (4682 more bytes)"), "{data}");
    }

    #[test]
    fn the_reason_of_a_refused_request_is_escaped() {
        let format = EventFormat::new(vec!["demo".to_owned()]);
        let event = json!({
            "event": "request", "plugin": "demo", "method": "GET", "path": "/", "status": 403, "ms": 1.0,
            "refused": "the origin \u{1b}[2J\n::error::x is not allowed"
        });
        let event: Event = serde_json::from_value(event).unwrap();
        let shown = anstream::adapter::strip_str(&format.lines(&event)).to_string();
        let expected = "demo GET / 403 1 ms: the origin \\u{1b}[2J\\n::error::x is not allowed";
        assert_eq!(shown, expected);
    }

    #[test]
    fn durations_have_the_digits_that_were_measured() {
        for (ms, expected) in [
            (0.0, "0 ms"),
            (0.7312, "0.7 ms"),
            (5.0, "5 ms"),
            (5.0123, "5.0 ms"),
            (250.0, "250 ms"),
            (21_420.0, "21.4 s"),
        ] {
            assert_eq!(format_duration(ms), expected);
        }
    }
}
