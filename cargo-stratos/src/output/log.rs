//! What happens in the shell, for people.

use serde_json::Value;
use stratos_host::PluginState;
use stratos_host::events::{Event, LogLine};
use stratos_protocol::log::Level;

use crate::error::Error;
use crate::output::{BOLD, CYAN, DIM, GREEN, Output, RED, YELLOW, escape};

/// Prints events as lines.
#[derive(Debug)]
pub(crate) struct LogPrinter<'a> {
    output: &'a Output,
    /// The longest plugin id, so that the lines align.
    width: usize,
}

impl<'a> LogPrinter<'a> {
    pub(crate) fn new<'b>(output: &'a Output, ids: impl Iterator<Item = &'b str>) -> Self {
        Self {
            output,
            width: ids.map(str::len).max().unwrap_or(0),
        }
    }

    pub(crate) fn print(&self, event: &Event) -> Result<(), Error> {
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
            Event::Auth { authenticated } => {
                let text = if *authenticated {
                    "signed in"
                } else {
                    "signed out"
                };
                self.about("", &format!("{CYAN}auth{CYAN:#}  {text}"))
            }
            Event::Missed { count } => self.about(
                "",
                &format!("{YELLOW}{count} events were not shown: too many at once{YELLOW:#}"),
            ),
        }
    }

    fn log(&self, line: &LogLine) -> Result<(), Error> {
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

    fn about(&self, plugin: &str, text: &str) -> Result<(), Error> {
        let width = self.width;
        self.output
            .line(format_args!("{BOLD}{plugin:width$}{BOLD:#} {text}"))
    }
}

fn data(value: &Value) -> String {
    format!(" {DIM}{}{DIM:#}", escape(&value.to_string()))
}

fn in_words(state: &PluginState) -> String {
    match state {
        PluginState::Errored { reason } => format!("{RED}errored{RED:#}: {}", escape(reason)),
        PluginState::Running => format!("{GREEN}running{GREEN:#}"),
        other => format!("{DIM}{}{DIM:#}", other.word()),
    }
}
