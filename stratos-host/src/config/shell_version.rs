//! Versions of the real shell.

/// The version of the shell to mock, where their behaviours differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShellVersion {
    /// An update calls `on_resume` of the new generation, if the plugin has that hook.
    #[default]
    V1,
    /// An update stops the old generation and starts the new one (V2 and V3).
    V3,
}
