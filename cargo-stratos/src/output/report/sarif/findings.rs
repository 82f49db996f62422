//! Findings as SARIF.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};
use stratos_manifest::{Diagnostic, Edit, Fix, Level, RULES};

use crate::output::report::json::safety;
use crate::output::report::line_index::LineIndex;
use crate::output::report::sarif::format::{
    ArtifactChange, ArtifactLocation, Finding, Fingerprints, Location, Message, PhysicalLocation,
    Region, Replacement, Safety, SarifFix,
};

/// Converts the findings of one file.
pub(super) struct Findings<'a> {
    lines: LineIndex<'a>,
    path: &'a str,
    artifact: ArtifactLocation,
    /// Number of findings so far by rule and key path.
    seen: HashMap<(&'static str, &'a str), usize>,
}

/// Characters to encode in a relative URI. A colon would end a scheme.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl<'a> Findings<'a> {
    /// `path` is relative to the root of the repository.
    pub(super) fn new(path: &'a str, text: &'a str) -> Self {
        Self {
            lines: LineIndex::new(text),
            path,
            artifact: ArtifactLocation { uri: uri(path) },
            seen: HashMap::new(),
        }
    }

    pub(super) fn convert(&mut self, found: &'a Diagnostic) -> Finding {
        let related = found.related.iter().map(|related| {
            let message = Message::sentence(&related.message);
            self.location(&related.span, Some(message))
        });
        Finding {
            rule_id: found.rule,
            rule_index: RULES
                .iter()
                .position(|rule| rule.id == found.rule)
                .expect("every finding has a registered rule"),
            level: match found.level {
                Level::Error => "error",
                Level::Warning => "warning",
            },
            message: message(found),
            locations: [self.location(&found.span, None)],
            related_locations: related.collect(),
            fixes: found.fix.iter().map(|fix| self.fix(fix)).collect(),
            partial_fingerprints: Fingerprints {
                rule_and_key_path: self.fingerprint(found),
            },
        }
    }

    fn location(&self, span: &Range<usize>, message: Option<Message>) -> Location {
        Location {
            physical_location: PhysicalLocation {
                artifact_location: self.artifact.clone(),
                region: Region::new(self.lines.range(span)),
            },
            message,
        }
    }

    fn fix(&self, fix: &Fix) -> SarifFix {
        let replacements = fix.edits.iter().map(|Edit { span, text }| Replacement {
            deleted_region: Region::new(self.lines.range(span)),
            inserted_content: Message { text: text.clone() },
        });
        let safety = safety(fix.safety);
        SarifFix {
            description: Message::sentence(&format!("the {safety} fix of cargo stratos check")),
            artifact_changes: [ArtifactChange {
                artifact_location: self.artifact.clone(),
                replacements: replacements.collect(),
            }],
            properties: Safety { safety },
        }
    }

    /// Hash of rule, path and key path, which stays the same when lines move.
    fn fingerprint(&mut self, found: &'a Diagnostic) -> String {
        let count = self.seen.entry((found.rule, &found.at)).or_default();
        *count += 1;
        let digest = Sha256::digest(format!(
            "{}\0{}\0{}\0{count}",
            found.rule, self.path, found.at
        ));
        // 128 bits are enough to tell findings apart.
        digest[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

fn message(found: &Diagnostic) -> Message {
    let mut message = Message::sentence(&found.message);
    for (label, text) in [("note", &found.note), ("help", &found.help)] {
        if let Some(text) = text {
            let text = Message::sentence(text).text;
            let _ = write!(message.text, "\n{label}: {text}");
        }
    }
    message
}

/// A relative path as a relative URI, and an absolute one as a file URI.
fn uri(path: &str) -> String {
    let encoded = utf8_percent_encode(path, ENCODED);
    match (path.starts_with('/'), path.contains(":/")) {
        (true, _) => format!("file://{encoded}"),
        (false, true) if cfg!(windows) => format!("file:///{encoded}"),
        _ => encoded.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use stratos_manifest::{ProjectFacts, check};

    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("a b/plugin.json"), "a%20b/plugin.json");
        assert_eq!(uri("c:d/ä%?#.json"), "c%3Ad/%C3%A4%25%3F%23.json");
        assert_eq!(uri("/x/plugin.json"), "file:///x/plugin.json");
    }

    #[test]
    fn fingerprints_are_unique_and_survive_moved_lines() {
        let fingerprints = |text: &str, path: &str| {
            let report = check(text.as_bytes(), &ProjectFacts::none());
            let mut findings = Findings::new(path, text);
            let converted = report.diagnostics.iter().map(|found| {
                let converted = findings.convert(found);
                (found.rule, converted.partial_fingerprints.rule_and_key_path)
            });
            converted.collect::<Vec<_>>()
        };
        let text = r#"{ "id": "A B", "id": "A C", "id": "a" }"#;
        let before = fingerprints(text, "plugin.json");
        let moved = fingerprints(&text.replace("\"id\"", "\n\n\"id\""), "plugin.json");
        assert_eq!(before, moved);
        let mut unique = before.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), before.len());
        assert_ne!(before, fingerprints(text, "b/plugin.json"));
    }

    #[test]
    fn links_in_messages_are_escaped() {
        let message = Message::sentence("`[x](https://example.com)`");
        assert_eq!(message.text, "`\\[x\\](https://example.com)`");
    }
}
