//! Problems of a bundle as data, independent of how they are printed.

use stratos_manifest::Level;

/// A problem of a bundle. Its texts may contain control characters of file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable name, such as `name-clash`.
    pub name: &'static str,
    /// Errors stop the packing, warnings do not.
    pub level: Level,
    /// Path in the bundle; `None` if the problem is about all of it.
    pub path: Option<String>,
    /// The problem, in one sentence without a period.
    pub message: String,
    /// The edit or command that solves it.
    pub help: Option<String>,
}

impl Problem {
    /// An error about the file at `path`.
    #[must_use]
    pub fn error(name: &'static str, path: &str, message: impl Into<String>) -> Self {
        Self {
            path: Some(path.to_owned()),
            ..Self::of_bundle(name, message)
        }
    }

    /// An error about the bundle.
    #[must_use]
    pub fn of_bundle(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            name,
            level: Level::Error,
            path: None,
            message: message.into(),
            help: None,
        }
    }

    /// The same problem as a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.level = Level::Warning;
        self
    }

    /// The same problem with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
