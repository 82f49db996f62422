//! Advice on a malformed version.

use semver::Version;

use crate::{
    context::{RuleContext, project_version},
    fix::Safety,
    nearest_version::{Nearest, analyse_version},
    quote::quote,
};

/// Advice on a malformed version.
#[derive(Debug)]
pub(in crate::rules) struct VersionAdvice {
    /// The flaws of the version.
    pub(in crate::rules) note: String,
    pub(in crate::rules) help: String,
    /// The version to write instead, unless that is for the author to decide.
    pub(in crate::rules) fix: Option<(Version, Safety)>,
}

/// The advice on a text that is no semantic version.
///
/// Pilots get an update only when the version rises, so that no version is suggested that may be older than the one that
/// the text means: another file's version replaces only a text without a number.
pub(in crate::rules) fn version_advice(cx: &RuleContext<'_>, text: &str) -> VersionAdvice {
    let malformed = analyse_version(text);
    let write = |version: &Version| format!("write `\"version\": \"{version}\"`");
    let (help, fix) = match malformed.nearest {
        Nearest::Same(version) => (write(&version), Some((version, Safety::Safe))),
        Nearest::Equal(version) => (write(&version), Some((version, Safety::Unsafe))),
        Nearest::Shortened { version, next } => (
            format!(
                "{}, or `\"{next}\"` if `{version}` is already published: pilots get an update only when the version rises",
                write(&version)
            ),
            None,
        ),
        Nearest::Unknown => match project_version(cx.facts) {
            Some((file, version)) if !text.contains(|char: char| char.is_ascii_digit()) => (
                format!("{}, as in {}", write(&version), quote(file)),
                Some((version, Safety::Unsafe)),
            ),
            _ => (
                "write the three numbers of this release, like `1.2.3`, higher than those of the last one: pilots get an \
                 update only when the version rises"
                    .to_owned(),
                None,
            ),
        },
    };
    VersionAdvice {
        note: malformed.flaws.join("; "),
        help,
        fix,
    }
}
