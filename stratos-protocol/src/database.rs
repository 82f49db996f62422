//! The database service: the path of an SQLite file of the plugin.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::method::methods;

/// The longest file name in bytes. File systems allow 255, and SQLite appends to it.
const FILE_NAME_BYTES: usize = 200;

/// `database/path`, from the plugin (V3: the file of `open`): where the file of this name is.
///
/// The host has created the folder when it answers, and not the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetPath {
    /// The file's name, which must pass [`check_file_name`].
    pub file: String,
}

/// The result of [`GetPath`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabasePath {
    /// The absolute path.
    pub path: String,
}

methods! {
    request GetPath = "database/path" -> DatabasePath;
}

/// The error of [`check_file_name`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{}` cannot be the name of a database: {reason}", name.escape_debug())]
pub struct FileNameError {
    /// The refused name.
    pub name: String,
    /// The rule that it breaks, with what to do.
    pub reason: &'static str,
}

/// Checks that a name is a plain file name on every system.
///
/// # Errors
///
/// If the name is empty or too long, has a separator or a character that Windows refuses, begins with a dot, or is one
/// that Windows or SQLite keep for themselves. The real shell's rules are not stated; these are assumed.
///
/// ```
/// use stratos_protocol::database::check_file_name;
///
/// assert!(check_file_name("diary.db").is_ok());
/// assert!(check_file_name("../other/diary.db").is_err());
/// assert!(check_file_name("nul.db").is_err());
/// ```
pub fn check_file_name(name: &str) -> Result<(), FileNameError> {
    let stem = name.split('.').next().unwrap_or_default();
    let reason = if name.is_empty() {
        "it is empty, give it a name such as `data.db`"
    } else if name.len() > FILE_NAME_BYTES {
        "it is longer than 200 bytes"
    } else if name.contains(['/', '\\']) {
        "it must be a file name without folders"
    } else if name.contains(|c: char| c.is_control() || "<>:\"|?*".contains(c)) {
        "Windows refuses one of its characters"
    } else if name.starts_with('.') || name.ends_with(['.', ' ']) || name.starts_with(' ') {
        "it must not begin with a dot or a space, or end with one"
    } else if is_device(stem) {
        "Windows keeps this name for a device"
    } else if ["-wal", "-shm", "-journal"]
        .iter()
        .any(|suffix| name.ends_with(suffix))
    {
        "SQLite keeps files with this end beside a database"
    } else {
        return Ok(());
    };
    Err(FileNameError {
        name: name.to_owned(),
        reason,
    })
}

/// Whether a file name without its extension is the name of a device on Windows.
fn is_device(stem: &str) -> bool {
    let stem = stem.trim_end().to_ascii_uppercase();
    let is_numbered = |prefix| {
        let number = stem.strip_prefix(prefix);
        number.is_some_and(|number| {
            matches!(
                number,
                "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³"
            )
        })
    };
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str())
        || is_numbered("COM")
        || is_numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::{self, GoldenLine};

    pub(super) fn golden_lines() -> Vec<GoldenLine> {
        vec![
            golden::request(
                &GetPath {
                    file: "diary.db".to_owned(),
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"database/path","params":{"file":"diary.db"}}"#,
            ),
            golden::response::<GetPath>(
                &DatabasePath {
                    path: "/data/my-plugin/diary.db".to_owned(),
                },
                r#"{"jsonrpc":"2.0","id":1,"result":{"path":"/data/my-plugin/diary.db"}}"#,
            ),
        ]
    }

    #[test]
    fn plain_names_are_accepted_and_all_others_refused() {
        for name in [
            "diary.db",
            "a",
            "Logbuch für 2026.sqlite",
            "com.db",
            "console.db",
            "x-wal.db",
        ] {
            assert_eq!(check_file_name(name), Ok(()), "{name}");
        }
        let long = "x".repeat(201);
        for name in [
            "",
            ".",
            "..",
            "a/b",
            "a\\b",
            "../x",
            "/etc/passwd",
            "C:x",
            "x\0",
            "x\n",
            ".hidden",
            "x.",
            "x ",
            "NUL",
            "nul.db",
            "Com1.db",
            "lpt9",
            "com¹.db",
            "aux .db",
            "a.db-wal",
            "a.db-journal",
            &long,
        ] {
            assert!(check_file_name(name).is_err(), "{name}");
        }
    }
}
