//! Everything that is printed.
//!
//! Results go to stdout, words about them to stderr. Nothing that comes from a manifest or a plugin is
//! printed raw: see the `escape` module.

pub(crate) mod catalogue;
mod escape;
mod json;
mod log;
mod printer;
pub(crate) mod report;
mod scenario;

use std::error::Error as _;
use std::fmt;
use std::io::{self, Write as _};

use serde::Serialize;
use stratos_host::store::Notice;

use crate::error::Error;

pub(crate) use self::escape::{escape, escape_line};
pub(crate) use self::json::{to_json, to_pretty_json};
pub(crate) use self::log::LogFormat;
pub(crate) use self::printer::Printer;
pub(crate) use self::scenario::in_words;

/// Colours where the terminal has them and nobody said no (`NO_COLOR`).
#[derive(Debug, Clone)]
pub(crate) struct Output;

pub(crate) const BOLD: anstyle::Style = anstyle::Style::new().bold();
pub(crate) const DIM: anstyle::Style = anstyle::Style::new().dimmed();
pub(crate) const RED: anstyle::Style = anstyle::AnsiColor::Red.on_default().bold();
pub(crate) const GREEN: anstyle::Style = anstyle::AnsiColor::Green.on_default().bold();
pub(crate) const YELLOW: anstyle::Style = anstyle::AnsiColor::Yellow.on_default().bold();
pub(crate) const CYAN: anstyle::Style = anstyle::AnsiColor::Cyan.on_default();

/// Of lines that go to a file or another program.
const WIDTH: usize = 140;

impl Output {
    /// A line of the result.
    pub(crate) fn line(&self, text: impl fmt::Display) -> Result<(), Error> {
        let mut out = anstream::stdout().lock();
        writeln!(out, "{text}")
            .and_then(|()| out.flush())
            .map_err(closed)
    }

    /// Whether what goes to stdout may be coloured.
    pub(crate) fn has_colours(&self) -> bool {
        anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
    }

    /// A result as JSON.
    pub(crate) fn json(&self, value: &impl Serialize) -> Result<(), Error> {
        self.line(to_json(value))
    }

    /// A part of a line of the result.
    pub(crate) fn piece(&self, text: impl fmt::Display) -> Result<(), Error> {
        write!(anstream::stdout().lock(), "{text}").map_err(closed)
    }

    /// How many columns a line of the result has.
    pub(crate) fn width(&self) -> usize {
        let terminal = terminal_size::terminal_size_of(io::stdout());
        terminal.map_or(WIDTH, |(width, _)| usize::from(width.0))
    }

    /// A line about what is going on.
    pub(crate) fn note(&self, text: impl fmt::Display) {
        // Nobody can be told that stderr is closed.
        let _ = writeln!(anstream::stderr(), "{text}");
    }

    /// What happened to the config values when they were opened.
    pub(crate) fn notices(&self, notices: &[Notice]) {
        for notice in notices {
            let text = notice.to_string();
            self.note(format_args!("{YELLOW}warning{YELLOW:#}: {}", escape(&text)));
        }
    }

    /// The error, its causes, and the way out.
    pub(crate) fn error(&self, error: &Error) {
        self.note(format_args!(
            "{RED}error{RED:#}: {}",
            escape(&error.to_string())
        ));
        let mut source = error.source();
        while let Some(cause) = source {
            self.note(format_args!("  caused by: {}", escape(&cause.to_string())));
            source = cause.source();
        }
        if let Some(help) = error.help() {
            self.note(format_args!("{CYAN}help{CYAN:#}: {}", escape(&help)));
        }
    }
}

fn closed(error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Error::ClosedPipe;
    }
    Error::System {
        what: "print the result",
        source: error,
    }
}
