//! Progress of long steps.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use indicatif::{DecimalBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::Output;

/// Steps that are shorter show no progress.
const DELAY: Duration = Duration::from_secs(1);

/// A number of bytes, such as `2.20 MB`.
pub(crate) fn format_size(bytes: u64) -> String {
    DecimalBytes(bytes).to_string()
}

/// A line on stderr about a running step. On a terminal, it is updated, and removed on drop.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    action: String,
    start: Instant,
    /// Whether the line was printed, without a terminal.
    is_printed: bool,
}

impl Progress {
    /// Starts the progress of an action, such as `building for win32-x64`.
    pub(crate) fn start(action: &str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
        bar.set_style(style.expect("the template is valid"));
        Self {
            bar,
            action: action.to_owned(),
            start: Instant::now(),
            is_printed: false,
        }
    }

    /// Shows the number of crates that are built.
    pub(crate) fn tick(&mut self, crates: usize) {
        if self.start.elapsed() < DELAY {
            return;
        }
        if !io::stderr().is_terminal() {
            if !self.is_printed {
                Output.note(format_args!("{} ...", self.action));
                self.is_printed = true;
            }
            return;
        }
        if self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_message(match crates {
            0 => self.action.clone(),
            1 => format!("{}: 1 crate", self.action),
            _ => format!("{}: {crates} crates", self.action),
        });
        self.bar.tick();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
