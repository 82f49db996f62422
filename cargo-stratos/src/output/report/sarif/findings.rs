//! Findings as SARIF.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use stratos_manifest::{Diagnostic, Edit, Fix, Level, RULES};

use crate::output::escape;
use crate::output::report::json::safety;
use crate::output::report::position_range::PositionRange;

/// Converts the findings of one file.
pub(super) struct Findings<'a> {
    text: &'a str,
    path: &'a str,
    /// `artifactLocation` of the file.
    artifact: Value,
    /// Number of findings so far by rule and key path.
    seen: HashMap<(&'static str, &'a str), usize>,
}

/// The root of the repository in SARIF, by the name that code hosting services use. Only its reader knows the address.
const ROOT: &str = "%SRCROOT%";

/// Characters to encode in a relative URI. A colon would end a scheme.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl<'a> Findings<'a> {
    pub(super) fn new(path: &'a str, text: &'a str) -> Self {
        Self {
            text,
            path,
            artifact: artifact_location(path),
            seen: HashMap::new(),
        }
    }

    /// A finding: `result` in SARIF.
    pub(super) fn convert(&mut self, found: &'a Diagnostic) -> Value {
        let rule_index = RULES.iter().position(|rule| rule.id == found.rule);
        let mut result = json!({
            "ruleId": found.rule,
            "ruleIndex": rule_index.expect("every finding has a registered rule"),
            "level": match found.level {
                Level::Error => "error",
                Level::Warning => "warning",
            },
            "message": { "text": text(found) },
            "locations": [self.location(&found.span)],
            // Stays the same when lines move.
            "partialFingerprints": { "ruleAndKeyPath/v1": self.fingerprint(found) },
        });
        if !found.related.is_empty() {
            let related = found.related.iter().map(|related| {
                let mut location = self.location(&related.span);
                location["message"] = message(&related.message);
                location
            });
            result["relatedLocations"] = related.collect();
        }
        if let Some(fix) = &found.fix {
            result["fixes"] = json!([self.fix(fix)]);
        }
        result
    }

    fn location(&self, span: &Range<usize>) -> Value {
        json!({
            "physicalLocation": { "artifactLocation": self.artifact, "region": self.region(span) },
        })
    }

    fn region(&self, span: &Range<usize>) -> Value {
        let PositionRange { start, end } = PositionRange::new(self.text, span);
        json!({
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        })
    }

    fn fix(&self, fix: &Fix) -> Value {
        let replacements = fix.edits.iter().map(|Edit { span, text }| {
            json!({ "deletedRegion": self.region(span), "insertedContent": { "text": text } })
        });
        let safety = safety(fix.safety);
        json!({
            "description": message(&format!("the {safety} fix of cargo stratos check")),
            "artifactChanges": [{
                "artifactLocation": self.artifact,
                "replacements": replacements.collect::<Value>(),
            }],
            "properties": { "safety": safety },
        })
    }

    /// Hash of rule, path and key path, which stays the same when lines move.
    fn fingerprint(&mut self, found: &'a Diagnostic) -> String {
        let count = self.seen.entry((found.rule, &found.at)).or_default();
        *count += 1;
        fingerprint([found.rule, self.path, &found.at, &count.to_string()])
    }
}

/// Hash of what identifies a finding.
pub(super) fn fingerprint<const N: usize>(parts: [&str; N]) -> String {
    let digest = Sha256::digest(parts.join("\0"));
    // 128 bits are enough to tell findings apart.
    digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A message of SARIF; see [`sentence`].
pub(super) fn message(text: &str) -> Value {
    json!({ "text": sentence(text) })
}

/// Text that may come from a manifest. Brackets are escaped, because viewers show `[text](target)` as a link. Braces are
/// not: they are placeholders only in messages with arguments, which this program does not write.
///
/// Such text is never written to `markdown` fields.
fn sentence(text: &str) -> String {
    escape(text).replace('[', "\\[").replace(']', "\\]")
}

fn text(found: &Diagnostic) -> String {
    text_with_details(
        &found.message,
        [("note", &found.note), ("help", &found.help)],
    )
}

/// The message with its note and help, a line for each.
pub(super) fn text_with_details<const N: usize>(
    message: &str,
    details: [(&str, &Option<String>); N],
) -> String {
    let mut lines = sentence(message);
    for (label, text) in details {
        if let Some(text) = text {
            let _ = write!(lines, "\n{label}: {}", sentence(text));
        }
    }
    lines
}

/// A path from the root of the repository as a URI relative to it.
pub(super) fn artifact_location(path: &str) -> Value {
    let uri = utf8_percent_encode(path, ENCODED).to_string();
    json!({ "uri": uri, "uriBaseId": ROOT })
}

#[cfg(test)]
mod tests {
    use stratos_manifest::{ProjectFacts, check};

    use super::*;

    #[test]
    fn paths_become_uris() {
        for (path, uri) in [
            ("a b/plugin.json", "a%20b/plugin.json"),
            ("c:d/ä%?#.json", "c%3Ad/%C3%A4%25%3F%23.json"),
        ] {
            let expected = json!({ "uri": uri, "uriBaseId": "%SRCROOT%" });
            assert_eq!(artifact_location(path), expected);
        }
    }

    #[test]
    fn fingerprints_are_unique_and_survive_moved_lines() {
        let fingerprints = |text: &str, path: &str| {
            let report = check(text.as_bytes(), &ProjectFacts::none());
            let mut findings = Findings::new(path, text);
            let converted = report.diagnostics.iter().map(|found| {
                let converted = findings.convert(found);
                let fingerprint = &converted["partialFingerprints"]["ruleAndKeyPath/v1"];
                (found.rule, fingerprint.to_string())
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
}
