//! Stdout and stderr of this program.

use std::error::Error as _;
use std::fmt;
use std::io::{self, Write as _};

use serde::Serialize;
use stratos_host::store::Notice;

use crate::error::Error;
use crate::output::escape::escape_coloured_line;
use crate::output::{CYAN, RED, YELLOW, escape, to_json};

/// Stdout and stderr, with colours where the terminal supports them and `NO_COLOR` is not set.
#[derive(Debug, Clone)]
pub(crate) struct Output;

/// Columns of a line when stdout is not a terminal.
const DEFAULT_WIDTH: usize = 140;

impl Output {
    /// Prints a line to stdout.
    pub(crate) fn line(&self, text: impl fmt::Display) -> Result<(), Error> {
        let mut out = anstream::stdout().lock();
        writeln!(out, "{text}")
            .and_then(|()| out.flush())
            .map_err(stdout_error)
    }

    /// Prints text to stdout without a line break.
    pub(crate) fn text(&self, text: impl fmt::Display) -> Result<(), Error> {
        write!(anstream::stdout().lock(), "{text}").map_err(stdout_error)
    }

    /// Prints a line of JSON to stdout.
    pub(crate) fn json(&self, value: &impl Serialize) -> Result<(), Error> {
        self.line(to_json(value))
    }

    /// Whether text on stdout is coloured.
    pub(crate) fn has_colours(&self) -> bool {
        anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
    }

    /// Number of columns of a line on stdout.
    pub(crate) fn width(&self) -> usize {
        let terminal = terminal_size::terminal_size_of(io::stdout());
        terminal.map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0))
    }

    /// Prints a line to stderr.
    pub(crate) fn note(&self, text: impl fmt::Display) {
        let line = format!("{text}\n");
        // In one step, so that the lines of other programs do not cut it. A closed stderr is ignored: there is no other
        // place to report it.
        let _ = match anstream::AutoStream::choice(&io::stderr()) {
            anstream::ColorChoice::Never => {
                let plain = anstream::adapter::strip_str(&line).to_string();
                io::stderr().write_all(plain.as_bytes())
            }
            _ => anstream::stderr().write_all(line.as_bytes()),
        };
    }

    /// Prints a warning to stderr, with a help text.
    pub(crate) fn warn(&self, text: &str, help: &str) {
        self.note(format_args!("{YELLOW}warning{YELLOW:#}: {}", escape(text)));
        self.note(format_args!("{CYAN}help{CYAN:#}: {}", escape(help)));
    }

    /// Prints the output of a compiler to stderr, with its colours.
    pub(crate) fn compiler_lines(&self, output: &[u8]) {
        for line in String::from_utf8_lossy(output).lines() {
            self.note(escape_coloured_line(line));
        }
    }

    /// Value of cargo's option `--color` for text that is printed to stderr.
    pub(crate) fn stderr_colour_option(&self) -> &'static str {
        match anstream::AutoStream::choice(&io::stderr()) {
            anstream::ColorChoice::Never => "never",
            _ => "always",
        }
    }

    /// Whether `--color never` is given, which also counts for other programs that print by themselves.
    pub(crate) fn must_be_plain(&self) -> bool {
        anstream::ColorChoice::global() == anstream::ColorChoice::Never
    }

    /// Prints the warnings from opening a config store.
    pub(crate) fn notices(&self, notices: &[Notice]) {
        for notice in notices {
            let text = notice.to_string();
            self.note(format_args!("{YELLOW}warning{YELLOW:#}: {}", escape(&text)));
        }
    }

    /// Prints an error with its sources and its help text.
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

fn stdout_error(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Error::BrokenPipe,
        _ => Error::system("print the result")(error),
    }
}
