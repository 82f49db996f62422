//! Versions of the real shell.

use std::fmt;

use stratos_protocol::Service;

/// The version of the shell to mock, where their behaviours differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShellVersion {
    /// The services of all versions; an update calls `on_resume` of the new generation, if the plugin has that hook (V1).
    #[default]
    All,
    /// The services of V1 only.
    V1,
    /// The services of all versions; an update stops the old generation and starts the new one (V2 and V3).
    V3,
}

impl ShellVersion {
    /// Whether an update calls `on_resume`.
    pub(crate) fn resumes(self) -> bool {
        self != Self::V3
    }

    /// The services of `ctx` beyond those of V1.
    pub(crate) fn services(self) -> &'static [Service] {
        match self {
            Self::V1 => &[],
            Self::All | Self::V3 => Service::ALL,
        }
    }
}

impl fmt::Display for ShellVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "V1 to V3",
            Self::V1 => "V1",
            Self::V3 => "V3",
        })
    }
}
