//! Messages that cargo and the compiler print as JSON.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_metadata::diagnostic::DiagnosticLevel;
use cargo_metadata::{Artifact, Message, TargetKind};

use crate::process::build_error::BuildError;

/// The compiler's messages about a failed build, and cargo's stderr if none of them is an error.
pub(super) fn failure_output(messages: &[u8], stderr: &[u8]) -> String {
    let (mut output, mut has_error) = (String::new(), false);
    for diagnostic in diagnostics(messages) {
        output.push_str(&diagnostic.text);
        has_error |= diagnostic.is_error;
    }
    if !has_error {
        output.push_str(&String::from_utf8_lossy(stderr));
    }
    output
}

/// The compiler's warnings of a successful build.
pub(super) fn warnings(messages: &[u8]) -> String {
    diagnostics(messages)
        .map(|diagnostic| diagnostic.text)
        .collect()
}

/// A diagnostic of the compiler.
struct RenderedDiagnostic {
    is_error: bool,
    text: String,
}

/// The compiler's diagnostics without duplicates and summaries.
fn diagnostics(messages: &[u8]) -> impl Iterator<Item = RenderedDiagnostic> {
    let mut seen = BTreeSet::new();
    let messages = Message::parse_stream(messages).filter_map(Result::ok);
    let diagnostics = messages.filter_map(|message| match message {
        Message::CompilerMessage(message) => Some(message.message),
        _ => None,
    });
    let details = diagnostics.filter(|diagnostic| {
        let is_summary = diagnostic.spans.is_empty()
            && (diagnostic.message.starts_with("aborting due to")
                || diagnostic.message.ends_with(" emitted")
                || diagnostic.level == DiagnosticLevel::FailureNote);
        !is_summary
    });
    let rendered = details.filter_map(|diagnostic| {
        let is_error = matches!(
            diagnostic.level,
            DiagnosticLevel::Error | DiagnosticLevel::Ice
        );
        let text = diagnostic.rendered?;
        Some(RenderedDiagnostic { is_error, text })
    });
    rendered.filter(move |diagnostic| seen.insert(diagnostic.text.clone()))
}

/// A binary that cargo has built, or has taken for current.
pub(super) struct BuiltProgram {
    name: String,
    pub(super) path: PathBuf,
    /// Whether cargo took it for current.
    pub(super) is_fresh: bool,
}

/// The binaries of this package, without those of dependencies and other workspace members.
fn programs(messages: &[u8], cargo_toml: &Path) -> Vec<BuiltProgram> {
    let manifest = cargo_toml.canonicalize().ok();
    let is_of_package = |artifact: &Artifact| {
        artifact.target.kind.contains(&TargetKind::Bin)
            && artifact.manifest_path.as_std_path().canonicalize().ok() == manifest
    };
    Message::parse_stream(messages)
        .filter_map(Result::ok)
        .filter_map(|message| match message {
            Message::CompilerArtifact(artifact) if is_of_package(&artifact) => Some(BuiltProgram {
                name: artifact.target.name,
                path: artifact.executable?.into_std_path_buf(),
                is_fresh: artifact.fresh,
            }),
            _ => None,
        })
        .collect()
}

/// The program with the plugin's id as its name, or the only program.
pub(super) fn built_program(
    messages: &[u8],
    plugin: &str,
    cargo_toml: &Path,
) -> Result<BuiltProgram, BuildError> {
    let mut programs = programs(messages, cargo_toml);
    if let Some(index) = programs.iter().position(|program| program.name == plugin) {
        return Ok(programs.swap_remove(index));
    }
    let cargo_toml = cargo_toml.to_owned();
    match programs.len() {
        0 => Err(BuildError::NoProgram { cargo_toml }),
        1 => Ok(programs.swap_remove(0)),
        _ => {
            let mut names: Vec<_> = programs.into_iter().map(|program| program.name).collect();
            names.sort();
            Err(BuildError::SeveralPrograms {
                cargo_toml,
                plugin: plugin.to_owned(),
                names,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shows_the_compilers_errors_or_else_cargos_stderr() {
        let message = |level: &str, text: &str| {
            let diagnostic = serde_json::json!({
                "message": text, "code": null, "level": level, "spans": [], "children": [],
                "rendered": format!("{level}: {text}\n"),
            });
            serde_json::json!({
                "reason": "compiler-message", "package_id": "p", "manifest_path": "/p/Cargo.toml",
                "target": { "name": "p", "kind": ["bin"], "crate_types": ["bin"], "src_path": "/p/src/main.rs",
                    "edition": "2024", "doctest": false, "test": true, "doc": true },
                "message": diagnostic,
            })
            .to_string()
                + "\n"
        };
        let error = message("error", "mismatched types");
        let said = [
            message("warning", "unused"),
            error.clone(),
            error,
            message(
                "error",
                "aborting due to 1 previous error; 1 warning emitted",
            ),
            message("failure-note", "Some errors have detailed explanations"),
        ];
        let text = failure_output(said.concat().as_bytes(), b"could not compile");
        assert_eq!(text, "warning: unused\nerror: mismatched types\n");
        assert_eq!(
            failure_output(b"", b"no such feature\n"),
            "no such feature\n"
        );
    }
}
