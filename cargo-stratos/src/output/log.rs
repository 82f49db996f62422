//! What happens in the shell, for people.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use stratos_host::PluginState;
use stratos_host::events::{BuildStep, Event, LogLine, Part};
use stratos_protocol::logger::Level;

use crate::output::escape::{escape, escape_coloured};
use crate::output::scenario::in_words as scenario_words;
use crate::output::{CYAN, DIM, GREEN, RED, YELLOW};

/// One for each plugin, in turn; red is for errors.
const COLOURS: [AnsiColor; 6] = [
    AnsiColor::Cyan,
    AnsiColor::Magenta,
    AnsiColor::Yellow,
    AnsiColor::Blue,
    AnsiColor::Green,
    AnsiColor::BrightCyan,
];

/// Puts events into lines.
#[derive(Debug)]
pub(crate) struct LogFormat {
    ids: Vec<String>,
    /// The longest plugin id, so that the lines align.
    width: usize,
}

impl LogFormat {
    pub(crate) fn new(ids: Vec<String>) -> Self {
        Self {
            width: ids.iter().map(String::len).max().unwrap_or(0),
            ids,
        }
    }

    /// One line, or several for what a compiler says.
    pub(crate) fn lines(&self, event: &Event) -> String {
        match event {
            Event::Log(line) => self.log(line),
            Event::Push {
                plugin,
                channel,
                payload,
            } => {
                let text = format!("{DIM}push{DIM:#}  {}{}", escape(channel), data(payload));
                self.about(plugin, &text)
            }
            Event::State { plugin, state, .. } => self.about(plugin, &in_words(state)),
            Event::Changed {
                plugin,
                part,
                files,
                count,
            } => self.about(plugin, &changed(*part, files, *count)),
            Event::Reread { plugin, error } => {
                self.about(plugin, &reread(plugin, error.as_deref()))
            }
            Event::Build { plugin, build } => self.build(plugin, build),
            Event::Reload { plugin, ms, .. } => {
                let text = format!(
                    "{GREEN}reloaded{GREEN:#} {DIM}{} after the change{DIM:#}",
                    seconds(*ms)
                );
                self.about(plugin, &text)
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
                    // Infallible for a string.
                    let _ = write!(text, "; {needs}");
                }
                if *waits {
                    text.push_str("; then press Enter here");
                }
                self.about(plugin, &text)
            }
            Event::Auth { authenticated } => {
                let text = if *authenticated {
                    "signed in"
                } else {
                    "signed out"
                };
                self.about("", &format!("{CYAN}auth{CYAN:#}  {text}"))
            }
            Event::Scenario { progress, .. } => {
                let text = format!("{CYAN}scenario{CYAN:#}  {}", scenario_words(progress));
                self.about("", &text)
            }
            Event::Missed { count } => self.about(
                "",
                &format!("{YELLOW}{count} events were not shown: too many at once{YELLOW:#}"),
            ),
        }
    }

    fn log(&self, line: &LogLine) -> String {
        let (style, level) = match line.level {
            Level::Debug => (DIM, "debug"),
            Level::Info => (GREEN, "info "),
            Level::Warn => (YELLOW, "warn "),
            Level::Error => (RED, "error"),
        };
        let data = line.data.as_ref().map(data).unwrap_or_default();
        let (tag, message) = (escape(&line.tag), escape(&line.message));
        self.about(
            &line.plugin,
            &format!("{style}{level}{style:#} {DIM}[{tag}]{DIM:#} {message}{data}"),
        )
    }

    fn build(&self, plugin: &str, build: &BuildStep) -> String {
        let (text, output) = match build {
            BuildStep::Started => (format!("{DIM}building{DIM:#}"), ""),
            BuildStep::Superseded => (format!("{DIM}build given up{DIM:#}"), ""),
            BuildStep::Finished {
                ms,
                unchanged,
                output,
            } => {
                let same = if *unchanged { ", the same program" } else { "" };
                let text = format!("{DIM}built in {}{same}{DIM:#}", seconds(*ms));
                (text, output.as_str())
            }
            BuildStep::Failed {
                output,
                again,
                serves,
                ..
            } => {
                let what = match again {
                    true => "still does not build, for the same reason",
                    false => "does not build",
                };
                let rest = if *serves {
                    ": the last good version serves"
                } else {
                    ""
                };
                (format!("{RED}{what}{RED:#}{rest}"), output.as_str())
            }
        };
        let mut lines = self.about(plugin, &text);
        for line in output.trim_end().lines() {
            // Infallible for a string.
            let _ = write!(lines, "\n{}", escape_coloured(line));
        }
        lines
    }

    fn about(&self, plugin: &str, text: &str) -> String {
        let (width, style) = (self.width, self.style(plugin));
        format!("{style}{plugin:width$}{style:#} {text}")
    }

    fn style(&self, plugin: &str) -> Style {
        let at = self.ids.iter().position(|id| id == plugin);
        let colour = at.map(|at| COLOURS[at % COLOURS.len()]);
        Style::new().bold().fg_color(colour.map(Into::into))
    }
}

fn changed(part: Part, files: &[String], count: usize) -> String {
    let what = match part {
        Part::Source => "changed",
        Part::Icon => "icon changed",
    };
    let shown: Vec<_> = files.iter().take(3).map(|file| escape(file)).collect();
    let more = match count - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{DIM}{what}: {}{more}{DIM:#}", shown.join(", "))
}

fn reread(plugin: &str, error: Option<&str>) -> String {
    let file = if plugin.is_empty() {
        "stratos.toml"
    } else {
        "plugin.json"
    };
    match error {
        None => format!("{DIM}{file} was read again{DIM:#}"),
        Some(error) => format!("{RED}{file} does not count{RED:#}: {}", escape(error)),
    }
}

fn data(value: &impl ToString) -> String {
    format!(" {DIM}{}{DIM:#}", escape(&value.to_string()))
}

#[expect(clippy::cast_precision_loss, reason = "it is shown with two digits")]
fn seconds(ms: u64) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        _ => format!("{:.1} s", ms as f64 / 1e3),
    }
}

fn in_words(state: &PluginState) -> String {
    match state {
        PluginState::Errored { reason } => format!("{RED}errored{RED:#}: {}", escape(reason)),
        PluginState::BackingOff {
            reason,
            retry_in_ms,
        } => {
            let (reason, time) = (escape(reason), seconds(*retry_in_ms));
            format!("{YELLOW}crashed{YELLOW:#}: {reason}; starts again in {time}")
        }
        PluginState::Running => format!("{GREEN}running{GREEN:#}"),
        other => format!("{DIM}{}{DIM:#}", other.word()),
    }
}
