//! Tables of `stratos.toml` about what is shipped. The mocked shell does not use them.

use std::path::PathBuf;

use serde::Deserialize;

/// The table `[ui]`: the built UI of the plugin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UiTable {
    /// Folder with `index.js`, relative to `stratos.toml`.
    #[serde(default)]
    pub folder: Option<PathBuf>,
    /// Command that builds the folder, for the system's command interpreter, such as `npm run build`. It runs in the
    /// folder of `stratos.toml`.
    #[serde(default)]
    pub build: Option<String>,
}

/// The table `[background]`: how the real shell runs the program of the background module.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackgroundTable {
    /// Whether a crashed program is restarted, as by `cargo stratos run --supervise`.
    #[serde(default)]
    pub supervise: bool,
}

/// The table `[pack]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackTable {
    /// Command that signs a program, for the system's command interpreter. `{}` stands for the path of the program.
    #[serde(default)]
    pub sign: Option<String>,
    /// Findings in files that look like secrets and are none.
    #[serde(default)]
    pub not_secret: Vec<NotSecret>,
}

/// One file that `cargo stratos pack` accepts although it looks like a secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotSecret {
    /// Path in the bundle, with `/` as the separator.
    pub path: String,
    /// Reason why the file is no secret.
    pub reason: String,
}

/// The table `[deploy]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeployTable {
    /// Base URL of the platform, instead of the public one.
    #[serde(default)]
    pub platform: Option<String>,
}
