//! A finding as SARIF describes it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};
use stratos_manifest::{Diagnostic, Edit, Fix, Level, RULES};

use crate::output::report::json::safety;
use crate::output::report::places::Places;
use crate::output::report::sarif::format::{
    ArtifactChange, ArtifactLocation, Finding, Fingerprints, Location, Message, PhysicalLocation,
    Region, Repair, Replacement, Safety,
};

/// The findings of one manifest.
pub(super) struct Findings<'a> {
    places: Places<'a>,
    path: &'a str,
    artifact: ArtifactLocation,
    /// How many there were of each rule at each key path.
    seen: HashMap<(&'static str, &'a str), usize>,
}

/// What a relative URI may hold as it is. A colon would make its first part a scheme.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl<'a> Findings<'a> {
    /// `path` is the manifest's in its repository.
    pub(super) fn new(path: &'a str, text: &'a str) -> Self {
        Self {
            places: Places::new(text),
            path,
            artifact: ArtifactLocation { uri: uri(path) },
            seen: HashMap::new(),
        }
    }

    pub(super) fn describe(&mut self, found: &'a Diagnostic) -> Finding {
        let related = found.related.iter().map(|related| {
            let message = Message::sentence(&related.message);
            self.location(&related.span, Some(message))
        });
        Finding {
            rule_id: found.rule,
            rule_index: RULES
                .iter()
                .position(|rule| rule.id == found.rule)
                .expect("findings are those of rules"),
            level: match found.level {
                Level::Error => "error",
                Level::Warning => "warning",
            },
            message: message(found),
            locations: [self.location(&found.span, None)],
            related_locations: related.collect(),
            fixes: found.fix.iter().map(|fix| self.repair(fix)).collect(),
            partial_fingerprints: Fingerprints {
                rule_and_key_path: self.fingerprint(found),
            },
        }
    }

    fn location(&self, span: &Range<usize>, message: Option<Message>) -> Location {
        Location {
            physical_location: PhysicalLocation {
                artifact_location: self.artifact.clone(),
                region: Region::new(self.places.of(span)),
            },
            message,
        }
    }

    fn repair(&self, fix: &Fix) -> Repair {
        let replacements = fix.edits.iter().map(|Edit { span, text }| Replacement {
            deleted_region: Region::new(self.places.of(span)),
            inserted_content: Message { text: text.clone() },
        });
        let safety = safety(fix.safety);
        Repair {
            description: Message::sentence(&format!("the {safety} repair of cargo stratos check")),
            artifact_changes: [ArtifactChange {
                artifact_location: self.artifact.clone(),
                replacements: replacements.collect(),
            }],
            properties: Safety { safety },
        }
    }

    fn fingerprint(&mut self, found: &'a Diagnostic) -> String {
        let count = self.seen.entry((found.rule, &found.at)).or_default();
        *count += 1;
        let digest = Sha256::digest(format!(
            "{}\0{}\0{}\0{count}",
            found.rule, self.path, found.at
        ));
        // Half of it is more than enough to tell findings apart.
        digest[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

fn message(found: &Diagnostic) -> Message {
    let mut message = Message::sentence(&found.message);
    for (what, text) in [("note", &found.note), ("help", &found.help)] {
        if let Some(text) = text {
            let text = Message::sentence(text).text;
            let _ = write!(message.text, "\n{what}: {text}");
        }
    }
    message
}

/// A path from the root as a relative URI, and any other one as that of a file.
fn uri(path: &str) -> String {
    let encoded = utf8_percent_encode(path, KEPT);
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
    fn a_path_is_a_uri() {
        assert_eq!(uri("a b/plugin.json"), "a%20b/plugin.json");
        assert_eq!(uri("c:d/ä%?#.json"), "c%3Ad/%C3%A4%25%3F%23.json");
        assert_eq!(uri("/x/plugin.json"), "file:///x/plugin.json");
    }

    #[test]
    fn a_fingerprint_survives_moved_lines_and_tells_equal_findings_apart() {
        let fingerprints = |text: &str, path: &str| {
            let report = check(text.as_bytes(), &ProjectFacts::none());
            let mut findings = Findings::new(path, text);
            let described = report.diagnostics.iter().map(|found| {
                let described = findings.describe(found);
                (found.rule, described.partial_fingerprints.rule_and_key_path)
            });
            described.collect::<Vec<_>>()
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
    fn a_message_makes_no_link() {
        let message = Message::sentence("`[x](https://example.com)`");
        assert_eq!(message.text, "`\\[x\\](https://example.com)`");
    }
}
