//! The baseline: findings that were there before the check was, by their number and not by their line.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    ops::Range,
};

use jsonc_parser::ast::{Object, Value};

use crate::{
    check::Report,
    reading::{are_among, find, head, json_text, key_text, parse, span},
    rule::Rule,
    rules::RULES,
    settings::SettingsError,
};

const VERSION: &str = "1";

/// Findings that are known and not reported.
///
/// They are counted by manifest, rule and key path, so that they outlive moved lines and new formatting.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    entries: Vec<BaselineEntry>,
    by_manifest: HashMap<String, Vec<usize>>,
}

/// Findings of one rule at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselineEntry {
    /// The manifest, relative to the baseline's folder, with `/`.
    pub manifest: String,
    /// The rule's id.
    pub rule: String,
    /// The keys that lead to the place.
    pub at: String,
    /// How many findings there were.
    pub count: usize,
    /// The bytes of the baseline that the entry takes.
    pub span: Range<usize>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    ///
    /// When it is not what [`Display`](fmt::Display) wrote.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let (value, faults) = parse(text);
        if let Some(fault) = faults.first() {
            return Err(SettingsError::new(
                fault.start()..fault.start(),
                "the baseline is not JSON",
            ));
        }
        let value = value.as_ref().ok_or_else(|| not_a_baseline(0..0))?;
        let root = value
            .as_object()
            .ok_or_else(|| not_a_baseline(head(value)))?;
        match find(root, "version").map(|property| &property.value) {
            Some(Value::NumberLit(version)) if version.value == VERSION => {}
            Some(version) => {
                return Err(SettingsError::new(
                    span(version),
                    format!("this version reads baselines of version {VERSION} only"),
                ));
            }
            None => return Err(not_a_baseline(head(value))),
        }
        let findings = find(root, "findings").and_then(|property| property.value.as_array());
        let findings = findings.ok_or_else(|| not_a_baseline(head(value)))?;
        let mut baseline = Self::default();
        for element in &findings.elements {
            let entry = element.as_object().and_then(entry);
            let entry = entry.ok_or_else(|| {
                SettingsError::new(head(element), "this is not an entry of a baseline")
            })?;
            if let Some(rule) = rule(&entry.rule).filter(|rule| !rule.stage.is_suppressible()) {
                return Err(SettingsError::never_suppressed(rule, entry.span));
            }
            baseline.add(entry);
        }
        Ok(baseline)
    }

    /// The entries, in the order of the file.
    pub fn entries(&self) -> &[BaselineEntry] {
        &self.entries
    }

    /// Takes the findings of `manifest` out of `report` that are recorded, and says which entries are about it and
    /// how many findings each of them covers. Of several fields that were missing, some may still be.
    ///
    /// A report that does not have all findings stays whole: nobody counted what was left out.
    pub fn suppress(&self, manifest: &str, report: &mut Report) -> Vec<(usize, usize)> {
        let entries = self.by_manifest.get(manifest);
        let mut used: Vec<(usize, usize)> =
            entries.into_iter().flatten().map(|&at| (at, 0)).collect();
        if report.omitted > 0 {
            return used;
        }
        report.diagnostics.retain(|diagnostic| {
            let covering = used.iter_mut().find(|(at, used)| {
                let entry = &self.entries[*at];
                entry.rule == diagnostic.rule
                    && *used < entry.count
                    && are_among(&diagnostic.at, &entry.at, |place, known| place == known)
            });
            match covering {
                Some((_, used)) => {
                    *used += 1;
                    false
                }
                None => true,
            }
        });
        used
    }

    /// Takes the findings of `manifest` out of `report` and records them.
    ///
    /// What nobody can live with stays: findings that keep the manifest from being read.
    pub fn record(&mut self, manifest: &str, report: &mut Report) {
        if report.omitted > 0 {
            return;
        }
        let mut counts: BTreeMap<(&str, String), usize> = BTreeMap::new();
        report.diagnostics.retain(|diagnostic| {
            let is_recorded =
                rule(diagnostic.rule).is_some_and(|rule| rule.stage.is_suppressible());
            if is_recorded {
                *counts
                    .entry((diagnostic.rule, diagnostic.at.clone()))
                    .or_default() += 1;
            }
            !is_recorded
        });
        for ((rule, at), count) in counts {
            self.add(BaselineEntry {
                manifest: manifest.to_owned(),
                rule: rule.to_owned(),
                at,
                count,
                span: 0..0,
            });
        }
    }

    fn add(&mut self, entry: BaselineEntry) {
        let entries = self.by_manifest.entry(entry.manifest.clone()).or_default();
        entries.push(self.entries.len());
        self.entries.push(entry);
    }
}

impl fmt::Display for Baseline {
    /// As a file: sorted, an entry a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by_key(|entry| (&entry.manifest, &entry.rule, &entry.at));
        writeln!(f, "{{\n  \"version\": {VERSION},\n  \"findings\": [")?;
        for (index, entry) in entries.iter().enumerate() {
            let BaselineEntry {
                manifest,
                rule,
                at,
                count,
                span: _,
            } = entry;
            let [manifest, rule, at] = [manifest, rule, at].map(|text| json_text(text));
            let comma = if index + 1 < entries.len() { "," } else { "" };
            writeln!(
                f,
                "    {{ \"manifest\": {manifest}, \"rule\": {rule}, \"at\": {at}, \"count\": {count} }}{comma}"
            )?;
        }
        writeln!(f, "  ]\n}}")
    }
}

fn entry(object: &Object<'_>) -> Option<BaselineEntry> {
    let known = ["manifest", "rule", "at", "count"];
    let is_known = |key: &str| known.contains(&key);
    if object.properties.len() != known.len()
        || !object.properties.iter().all(|p| is_known(p.name.as_str()))
    {
        return None;
    }
    let count = find(object, "count")?.value.as_number_lit()?;
    Some(BaselineEntry {
        manifest: key_text(object, "manifest")?.to_owned(),
        rule: key_text(object, "rule")?.to_owned(),
        at: key_text(object, "at")?.to_owned(),
        count: count.value.parse().ok().filter(|&count| count > 0)?,
        span: span(object),
    })
}

fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

fn not_a_baseline(span: Range<usize>) -> SettingsError {
    SettingsError::new(span, "this is not a baseline")
        .help("name another file, or write one with `--write-baseline`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{check::check, facts::ProjectFacts};

    const SOURCE: &str = r#"{ "id": "a", "extra": 1, "author": { "id": "a", "other": 1 } }"#;

    #[test]
    fn what_is_recorded_is_not_reported_again_wherever_it_stands() {
        let mut baseline = Baseline::default();
        let mut report = check(SOURCE.as_bytes(), &ProjectFacts::none());
        assert!(report.diagnostics.len() >= 4);
        baseline.record("a b/plugin.json", &mut report);
        assert_eq!(report.diagnostics, []);

        let text = baseline.to_string();
        let read = Baseline::parse(&text).unwrap();
        assert_eq!(read.to_string(), text);

        let moved = SOURCE.replace(", ", ",\n\n  ");
        let mut report = check(moved.as_bytes(), &ProjectFacts::none());
        let used = read.suppress("a b/plugin.json", &mut report);
        assert_eq!(report.diagnostics, []);
        assert!(
            used.iter()
                .all(|&(at, used)| used == read.entries()[at].count)
        );

        let mut report = check(SOURCE.as_bytes(), &ProjectFacts::none());
        assert_eq!(read.suppress("other/plugin.json", &mut report), []);
        assert!(report.diagnostics.len() >= 4);
    }

    #[test]
    fn a_mistake_in_another_setting_is_reported() {
        let setting = |key: &str, extra: &str| format!(r#"{{ "key": "{key}"{extra} }}"#);
        let report = |settings: &[String]| {
            let source = format!(r#"{{ "availableSettings": [{}] }}"#, settings.join(", "));
            let mut report = check(source.as_bytes(), &ProjectFacts::none());
            report
                .diagnostics
                .retain(|d| d.at.starts_with("availableSettings"));
            report
        };
        let mut baseline = Baseline::default();
        let empty = r#", "name": "", "type": "text""#;
        let settings = [setting("a", empty), setting("b", "")];
        baseline.record("p", &mut report(&settings));

        let mut moved = report(&[setting("b", ""), setting("a", empty)]);
        baseline.suppress("p", &mut moved);
        assert_eq!(moved.diagnostics, []);

        let mut other = report(&[setting("c", empty), setting("d", ""), setting("b", "")]);
        baseline.suppress("p", &mut other);
        let places: Vec<_> = other.diagnostics.iter().map(|d| d.at.as_str()).collect();
        assert_eq!(
            places,
            [
                "availableSettings[c].scope",
                "availableSettings[c].name",
                "availableSettings[d].name, availableSettings[d].type, availableSettings[d].scope"
            ]
        );
    }

    #[test]
    fn a_debt_that_is_partly_paid_is_still_recorded() {
        let report = |source: &str| {
            let mut report = check(source.as_bytes(), &ProjectFacts::none());
            report.diagnostics.retain(|d| d.rule == "missing-field");
            report
        };
        let [more, known, less] = [
            r#"{ "author": {} }"#,
            r#"{ "id": "a", "author": {} }"#,
            r#"{ "id": "a", "name": "A", "author": { "id": "a" } }"#,
        ]
        .map(report);
        let mut baseline = Baseline::default();
        baseline.record("p", &mut known.clone());
        for (mut report, left) in [(known, 0), (less, 0), (more, 1)] {
            baseline.suppress("p", &mut report);
            assert_eq!(report.diagnostics.len(), left, "{report:?}");
        }
    }

    #[test]
    fn one_more_than_recorded_is_reported() {
        let mut baseline = Baseline::default();
        let find = |count: usize| {
            let mut report = check(SOURCE.as_bytes(), &ProjectFacts::none());
            report.diagnostics.retain(|d| d.at == "author.other");
            let found = report.diagnostics.remove(0);
            report.diagnostics = vec![found; count];
            report
        };
        baseline.record("p", &mut find(1));
        let mut report = find(2);
        baseline.suppress("p", &mut report);
        assert_eq!(report.diagnostics.len(), 1);
    }

    #[test]
    fn what_is_no_baseline_is_refused_with_its_place() {
        for (text, expected) in [
            ("", "the baseline is not JSON"),
            ("{ \"version\": 1, ", "the baseline is not JSON"),
            ("[]", "this is not a baseline"),
            ("{ \"findings\": [] }", "this is not a baseline"),
            (
                "{ \"version\": 2, \"findings\": [] }",
                "this version reads baselines of version 1 only",
            ),
            (
                "{ \"version\": 1, \"findings\": [{ \"rule\": \"x\" }] }",
                "this is not an entry of a baseline",
            ),
            (
                r#"{ "version": 1, "findings": [{ "manifest": "p", "rule": "empty-text", "at": "", "count": 0 }] }"#,
                "this is not an entry of a baseline",
            ),
            (
                r#"{ "version": 1, "findings": [{ "manifest": "p", "rule": "not-json", "at": "", "count": 1 }] }"#,
                "findings of `not-json` cannot be suppressed",
            ),
        ] {
            let error = Baseline::parse(text).unwrap_err();
            assert_eq!(error.message, expected, "{text}");
            assert!(error.span.end <= text.len());
        }
    }

    #[test]
    fn unreadable_files_are_never_recorded() {
        let mut baseline = Baseline::default();
        let mut report = check(b"{ \"id\": \"a\", }", &ProjectFacts::none());
        baseline.record("p", &mut report);
        let left: Vec<_> = report.diagnostics.iter().map(|d| d.rule).collect();
        assert_eq!(left, ["trailing-comma"]);
        assert!(!baseline.to_string().contains("trailing-comma"));
    }
}
