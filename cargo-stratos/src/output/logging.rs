//! Log messages of `tracing`, on stderr.

use std::ffi::{OsStr, OsString};
use std::io;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::error::Error;
use crate::output::{Output, escape_line};

/// Environment variable with the filter for log messages, such as `debug` or `stratos_host=trace`.
pub(crate) const LOG_VARIABLE: &str = "STRATOS_LOG";

/// Crates whose messages `--verbose` prints.
const CRATES: [&str; 4] = [
    "cargo_stratos",
    "stratos_host",
    "stratos_manifest",
    "stratos_transport",
];

/// Levels of a filter.
const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// Prints log messages from now on, unless `verbosity` is 0 and there is no filter.
///
/// `verbosity` is the number of `-v` options. `filter` is the value of `STRATOS_LOG`, and takes precedence.
pub(crate) fn start_logging(verbosity: u8, filter: Option<OsString>) -> Result<(), Error> {
    let filter = match (filter, verbosity) {
        (Some(filter), _) => parse_filter(&filter)?,
        (None, 0) => return Ok(()),
        (None, 1) => by_crate(LevelFilter::INFO),
        (None, 2) => by_crate(LevelFilter::DEBUG),
        (None, _) => by_crate(LevelFilter::TRACE),
    };
    let layer = fmt::layer().with_ansi(false).with_writer(|| EscapedStderr);
    tracing_subscriber::registry()
        .with(layer)
        .with(filter)
        .init();
    Ok(())
}

fn by_crate(level: LevelFilter) -> Targets {
    Targets::new().with_targets(CRATES.map(|name| (name, level)))
}

/// Parses a level, or a comma-separated list of `module=level`.
fn parse_filter(filter: &OsStr) -> Result<Targets, Error> {
    let invalid = || {
        Error::usage(
            format!("{LOG_VARIABLE} is not a log filter: {}", filter.display()),
            "set it to `error`, `warn`, `info`, `debug`, `trace` or `off`, or to levels by module such as \
             `stratos_host=trace,cargo_stratos=info`",
        )
    };
    let text = filter.to_str().ok_or_else(invalid)?;
    // `Targets` accepts any other word as the name of a module, so that a mistyped level would disable all messages.
    let is_valid = |part: &str| part.contains('=') || LEVELS.contains(&part);
    if !text.split(',').all(is_valid) {
        return Err(invalid());
    }
    text.parse().map_err(|_| invalid())
}

/// Writer that escapes each line.
struct EscapedStderr;

impl io::Write for EscapedStderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for line in String::from_utf8_lossy(bytes).lines() {
            Output.note(escape_line(line));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
