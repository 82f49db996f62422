//! Platforms that a plugin's program is built for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A platform in Node's words: `process.platform` and `process.arch`, such as `win32-x64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Platform {
    /// Operating system.
    pub system: System,
    /// Processor architecture.
    pub architecture: Architecture,
}

/// An operating system on which the shell runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum System {
    /// `win32`
    Windows,
    /// `darwin`
    MacOs,
    /// `linux`
    Linux,
}

/// A processor architecture on which the shell runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Architecture {
    /// `x64`
    X64,
    /// `arm64`
    Arm64,
}

/// Error of parsing a [`Platform`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a platform of the shell, such as `win32-x64`, `darwin-arm64` or `linux-x64`")]
pub struct ParsePlatformError(String);

impl Platform {
    /// All platforms, those with the most pilots first.
    pub const ALL: [Self; 6] = [
        Self::new(System::Windows, Architecture::X64),
        Self::new(System::Windows, Architecture::Arm64),
        Self::new(System::MacOs, Architecture::Arm64),
        Self::new(System::MacOs, Architecture::X64),
        Self::new(System::Linux, Architecture::X64),
        Self::new(System::Linux, Architecture::Arm64),
    ];

    /// A platform.
    #[must_use]
    pub const fn new(system: System, architecture: Architecture) -> Self {
        Self {
            system,
            architecture,
        }
    }

    /// Platform of this program; `None` if the shell does not run there.
    #[must_use]
    pub fn host() -> Option<Self> {
        let system = match std::env::consts::OS {
            "windows" => System::Windows,
            "macos" => System::MacOs,
            "linux" => System::Linux,
            _ => return None,
        };
        Some(Self::new(system, architecture(std::env::consts::ARCH)?))
    }

    /// Platform of a target triple of Rust, such as `x86_64-pc-windows-msvc`; `None` if the shell does not run there.
    ///
    /// ```
    /// use stratos_bundle::Platform;
    ///
    /// assert_eq!(Platform::of_target("x86_64-pc-windows-gnu"), "win32-x64".parse().ok());
    /// assert_eq!(Platform::of_target("wasm32-wasip1"), None);
    /// ```
    #[must_use]
    pub fn of_target(triple: &str) -> Option<Self> {
        let (arch, rest) = triple.split_once('-')?;
        let system = if rest.contains("windows") {
            System::Windows
        } else if rest.ends_with("apple-darwin") {
            System::MacOs
        } else if rest.contains("linux-gnu") || rest.contains("linux-musl") {
            System::Linux
        } else {
            return None;
        };
        Some(Self::new(system, architecture(arch)?))
    }
}

impl System {
    /// Extension of a program's file name, with its dot.
    #[must_use]
    pub const fn program_extension(self) -> &'static str {
        match self {
            Self::Windows => ".exe",
            Self::MacOs | Self::Linux => "",
        }
    }

    /// Name in Node's `process.platform`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Windows => "win32",
            Self::MacOs => "darwin",
            Self::Linux => "linux",
        }
    }
}

impl Architecture {
    /// Name in Node's `process.arch`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::X64 => "x64",
            Self::Arm64 => "arm64",
        }
    }
}

fn architecture(name: &str) -> Option<Architecture> {
    match name {
        "x86_64" => Some(Architecture::X64),
        "aarch64" => Some(Architecture::Arm64),
        _ => None,
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.system.as_str(), self.architecture.as_str())
    }
}

impl FromStr for Platform {
    type Err = ParsePlatformError;

    fn from_str(text: &str) -> Result<Self, ParsePlatformError> {
        Self::ALL
            .into_iter()
            .find(|platform| platform.to_string() == text)
            .ok_or_else(|| ParsePlatformError(text.to_owned()))
    }
}

impl TryFrom<String> for Platform {
    type Error = ParsePlatformError;

    fn try_from(text: String) -> Result<Self, ParsePlatformError> {
        text.parse()
    }
}

impl From<Platform> for String {
    fn from(platform: Platform) -> Self {
        platform.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_parsed_from_their_names() {
        for platform in Platform::ALL {
            assert_eq!(platform.to_string().parse(), Ok(platform));
        }
        for text in [
            "",
            "win32",
            "win32-ia32",
            "Win32-x64",
            "x86_64-pc-windows-msvc",
        ] {
            assert!(text.parse::<Platform>().is_err(), "{text}");
        }
    }

    #[test]
    fn targets_of_rust_have_a_platform() {
        for (triple, platform) in [
            ("x86_64-pc-windows-msvc", Some("win32-x64")),
            ("aarch64-pc-windows-gnullvm", Some("win32-arm64")),
            ("aarch64-apple-darwin", Some("darwin-arm64")),
            ("x86_64-unknown-linux-musl", Some("linux-x64")),
            ("x86_64-unknown-linux-gnu", Some("linux-x64")),
            ("x86_64-linux-android", None),
            ("aarch64-apple-ios", None),
            ("i686-pc-windows-msvc", None),
            ("windows", None),
        ] {
            let found = Platform::of_target(triple).map(|platform| platform.to_string());
            assert_eq!(found.as_deref(), platform, "{triple}");
        }
    }
}
