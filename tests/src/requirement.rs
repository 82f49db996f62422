//! Programs and permissions that some tests need and a machine may lack.

use std::fmt;
use std::io::Write as _;
use std::process::Command;

/// Variable with the requirements without which tests fail instead of being skipped:
/// `STRATOS_REQUIRE=node,chromium,fuse,mount,loop,script,setsid,bash,windows-gnu,python3,zip`.
const REQUIRE: &str = "STRATOS_REQUIRE";

/// A program or a permission that a test needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// Bash, which runs the recipes for CI services.
    Bash,
    /// Chromium or a browser that is built from it.
    Chromium,
    /// Permission to mount a file system of `/dev/fuse`.
    Fuse,
    /// Permission to mount an ext4 image on a loop device, and `mkfs.ext4`.
    Loop,
    /// Permission to mount a `tmpfs`.
    Mount,
    /// Node and npm, and a registry or a cache to install packages from.
    Node,
    /// Python 3, whose module `zipfile` reads and writes zips.
    Python,
    /// `script` of util-linux, which runs a program in a terminal.
    Script,
    /// `setsid` of util-linux, which runs a program in a new session.
    Setsid,
    /// A linker and the standard library for the target `x86_64-pc-windows-gnu`.
    WindowsGnu,
    /// `zip` of Info-ZIP.
    Zip,
}

impl Requirement {
    /// The name in `STRATOS_REQUIRE`; for a single program, its file name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Chromium => "chromium",
            Self::Fuse => "fuse",
            Self::Loop => "loop",
            Self::Mount => "mount",
            Self::Node => "node",
            Self::Python => "python3",
            Self::Script => "script",
            Self::Setsid => "setsid",
            Self::WindowsGnu => "windows-gnu",
            Self::Zip => "zip",
        }
    }

    /// The program of this name, or `None` with a line that the test is skipped.
    ///
    /// # Panics
    ///
    /// When the program is missing and `STRATOS_REQUIRE` lists it.
    #[must_use]
    pub fn program(self) -> Option<Command> {
        let name = self.name();
        if Command::new(name).arg("--version").output().is_ok() {
            return Some(Command::new(name));
        }
        self.skip(format_args!("`{name}` is not installed"));
        None
    }

    /// Reports that a test is skipped because this requirement is not met.
    ///
    /// # Panics
    ///
    /// When `STRATOS_REQUIRE` lists the requirement.
    pub fn skip(self, reason: impl fmt::Display) {
        #[expect(clippy::disallowed_methods, reason = "tests have no context to ask")]
        let required = std::env::var(REQUIRE).unwrap_or_default();
        let is_required = required.split(',').any(|name| name == self.name());
        assert!(!is_required, "{reason}, and {REQUIRE} is `{required}`");
        report(format_args!("skipped: {reason}"));
    }
}

/// Prints a line to standard error that `cargo test` shows for passing tests too.
pub fn report(line: impl fmt::Display) {
    // libtest captures the output of `eprintln!` only.
    let _ = writeln!(std::io::stderr(), "{line}");
}
