//! The notify service: toasts and sounds.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::method::{Empty, methods};

/// Kind of a toast. Assumed: those of the UI's `useShellToast` (V3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ToastKind {
    /// A success.
    Success,
    /// A failure.
    Error,
    /// News, neither good nor bad.
    Info,
    /// A condition that needs attention.
    Warning,
}

/// `notify/toast`, from the plugin (V3; its arguments are assumed): shows a message for a few seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Toast {
    /// Kind of the toast.
    pub kind: ToastKind,
    /// The message, for the pilot.
    pub message: String,
}

/// `notify/play_sound`, from the plugin (V3; its arguments are assumed): plays a sound of the shell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaySound {
    /// Name of the sound; `None` for the shell's notification sound.
    #[serde(default)]
    pub sound: Option<String>,
}

/// `notify/play_custom_sound`, from the plugin (V3, seen in plugins): plays a file of the plugin's bundle.
///
/// Answered when the sound was handed to the player, and not when it has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlayCustomSound {
    /// Path in the bundle with `/`, such as `assets/audio/chime.mp3`; it must pass [`check_bundle_path`].
    pub path: String,
}

methods! {
    request Toast = "notify/toast" -> Empty;
    request PlaySound = "notify/play_sound" -> Empty;
    request PlayCustomSound = "notify/play_custom_sound" -> Empty;
}

impl ToastKind {
    /// The platform's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Info => "info",
            Self::Warning => "warning",
        }
    }
}

impl fmt::Display for ToastKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The error of [`check_bundle_path`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{}` is no path in the plugin's bundle: write it as `assets/audio/chime.mp3`, relative and with `/`", path.escape_debug())]
pub struct BundlePathError {
    /// The refused path.
    pub path: String,
}

/// Checks that a path leads to a file within the plugin's bundle on every system.
///
/// # Errors
///
/// If the path is empty or absolute, or has a segment `..`, a backslash, a colon or a control character.
///
/// ```
/// use stratos_protocol::notify::check_bundle_path;
///
/// assert!(check_bundle_path("assets/audio/chime.mp3").is_ok());
/// assert!(check_bundle_path("../secret.mp3").is_err());
/// ```
pub fn check_bundle_path(path: &str) -> Result<(), BundlePathError> {
    let is_refused = path.contains(|c: char| c.is_control() || c == '\\' || c == ':')
        || path
            .split('/')
            .any(|segment| matches!(segment, "" | "." | ".."));
    match is_refused {
        true => Err(BundlePathError {
            path: path.to_owned(),
        }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::{self, GoldenLine};

    pub(super) fn golden_lines() -> Vec<GoldenLine> {
        vec![
            golden::request(
                &Toast {
                    kind: ToastKind::Warning,
                    message: "Low fuel".to_owned(),
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"notify/toast","params":{"kind":"warning","message":"Low fuel"}}"#,
            ),
            golden::request(
                &PlaySound { sound: None },
                r#"{"jsonrpc":"2.0","id":1,"method":"notify/play_sound","params":{"sound":null}}"#,
            ),
            golden::request(
                &PlayCustomSound {
                    path: "assets/audio/chime.mp3".to_owned(),
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"notify/play_custom_sound","params":{"path":"assets/audio/chime.mp3"}}"#,
            ),
        ]
    }

    #[test]
    fn paths_stay_in_the_bundle() {
        for path in ["chime.mp3", "assets/audio/chime.mp3", "a/..b"] {
            assert_eq!(check_bundle_path(path), Ok(()), "{path}");
        }
        for path in [
            "",
            "/",
            "/etc/passwd",
            "a//b",
            "./a",
            "a/..",
            "..\\a",
            "C:/a",
            "C:a",
            "a\0",
        ] {
            assert!(check_bundle_path(path).is_err(), "{path}");
        }
    }
}
