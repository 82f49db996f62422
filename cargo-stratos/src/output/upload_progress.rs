//! Progress bar of an upload.

use indicatif::{ProgressBar, ProgressStyle};

use crate::output::Output;

/// Progress bar on stderr, if that is a terminal.
#[derive(Debug, Clone)]
pub(crate) struct UploadProgress {
    bar: ProgressBar,
    output: Output,
}

impl UploadProgress {
    /// Shows the bar for this number of bytes.
    pub(crate) fn start(output: &Output, total: u64) -> Self {
        let style =
            ProgressStyle::with_template("  {bar:40} {binary_bytes} of {binary_total_bytes}")
                .expect("the template is valid");
        Self {
            bar: ProgressBar::new(total).with_style(style),
            output: output.clone(),
        }
    }

    /// Moves the bar to this number of bytes.
    pub(crate) fn set(&self, bytes: u64) {
        self.bar.set_position(bytes);
    }

    /// Prints a line to stderr above the bar.
    pub(crate) fn note(&self, text: impl std::fmt::Display) {
        self.bar.suspend(|| self.output.note(text));
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
