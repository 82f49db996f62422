//! Outcome of a command and process exit codes, which are the same for all commands.

/// Exit code of a command that did its job, with nothing found and nothing failed.
pub(crate) const SUCCESS: u8 = 0;
/// Exit code of a command that did its job and found errors, or ran something that failed.
pub(crate) const FAILURE: u8 = 1;
/// Exit code for a wrong command line or settings file, or when there is nothing to work on.
pub(crate) const USAGE: u8 = 2;
/// Exit code of a command that could not do its job, such as after an I/O error.
pub(crate) const ERROR: u8 = 3;

/// Result of a command that did its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing was found and nothing failed.
    Success,
    /// Errors were found, or something that the command ran has failed.
    Failure,
}

impl Outcome {
    /// `Success` if the condition holds, otherwise `Failure`.
    pub(crate) const fn success_if(condition: bool) -> Self {
        if condition {
            Self::Success
        } else {
            Self::Failure
        }
    }

    /// The process exit code.
    pub(crate) const fn exit_code(self) -> u8 {
        match self {
            Self::Success => SUCCESS,
            Self::Failure => FAILURE,
        }
    }
}
