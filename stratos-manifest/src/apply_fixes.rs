//! Applies fixes repeatedly, and rejects those that make a manifest worse.

use std::{collections::HashSet, ops::Range};

use crate::{
    check::Report,
    diagnostic::{Diagnostic, Level},
    fix::{Edit, Fix, Safety},
    syntax::{ParsedManifest, is_at_or_below, key_path},
};

/// The most rounds. One fix can make room for the next, and real manifests need a few rounds.
///
/// A round knows at most 1,000 findings of a rule, and a file can have 262,144 of one byte each.
const MAX_ROUNDS: usize = 300;

/// The most checks for the fixes of one round. All are tried together, and then by halves.
const MAX_TRIALS: usize = 64;

/// A manifest after its fixes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedManifest {
    /// The bytes of the file; unchanged if no fix was applied.
    pub source: Vec<u8>,
    /// The id of the rule of each applied fix.
    pub applied: Vec<&'static str>,
}

/// The fix of a finding.
#[derive(Clone, Copy)]
struct Candidate<'r> {
    /// The index of the finding in its report.
    index: usize,
    rule: &'static str,
    fix: &'r Fix,
}

/// A file after some edits.
struct Edited {
    source: Vec<u8>,
    /// The offsets of the renamed keys.
    renamed: Vec<usize>,
}

/// Applies the fixes of all findings up to the given safety, and then those of the findings that appear after them.
///
/// A fix is left out if it makes the manifest worse: if there are more errors, or the file is no valid manifest or no
/// JSON any more. Errors below a renamed key do not count, unless the manifest was valid: they existed before, but no
/// rule checks the value of an unknown key. All bytes that no fix replaces stay.
pub fn apply_fixes(
    source: &[u8],
    safety: Safety,
    mut check: impl FnMut(&ParsedManifest<'_>) -> Report,
) -> FixedManifest {
    let mut fixed = FixedManifest {
        source: source.to_vec(),
        applied: Vec::new(),
    };
    // Ends a cycle of rules that undo each other's fixes.
    let mut seen = HashSet::from([source.to_vec()]);
    for _ in 0..MAX_ROUNDS {
        let Some((source, applied)) = apply_round(&fixed.source, safety, &mut check) else {
            break;
        };
        if !seen.insert(source.clone()) {
            break;
        }
        fixed.source = source;
        fixed.applied.extend(applied);
    }
    fixed
}

/// Removes from a report the fixes that [`apply_fixes`] leaves out, so that none is offered that would not be applied.
///
/// `check` gives the report of a manifest after some of the fixes.
pub fn retain_applicable_fixes(
    report: &mut Report,
    manifest: &ParsedManifest<'_>,
    mut check: impl FnMut(&ParsedManifest<'_>) -> Report,
) {
    let mut tried = HashSet::new();
    let mut kept = HashSet::new();
    for safety in [Safety::Safe, Safety::Unsafe] {
        let candidates = disjoint(fixes(report, manifest.source, safety));
        let is_new = |candidate: &&Candidate<'_>| candidate.fix.safety == safety;
        if candidates.iter().any(|candidate| is_new(&candidate)) {
            tried.extend(candidates.iter().filter(is_new).map(|new| new.index));
            let selected = Trials::new(manifest, report, &mut check).select(&candidates);
            kept.extend(selected.iter().filter(is_new).map(|new| new.index));
        }
    }
    // A fix that overlaps an earlier one is applied in a later round.
    let overlapping: Vec<_> = fixes(report, manifest.source, Safety::Unsafe)
        .filter(|candidate| !tried.contains(&candidate.index))
        .collect();
    if !overlapping.is_empty() {
        let mut trials = Trials::new(manifest, report, &mut check);
        let alone = overlapping
            .iter()
            .filter(|candidate| trials.accept(&[**candidate]));
        kept.extend(alone.map(|candidate| candidate.index));
    }
    for (index, found) in report.diagnostics.iter_mut().enumerate() {
        if !kept.contains(&index) {
            found.fix = None;
        }
    }
}

/// Applies as many of the current fixes as possible; `None` if none changes the file.
fn apply_round(
    source: &[u8],
    safety: Safety,
    check: &mut impl FnMut(&ParsedManifest<'_>) -> Report,
) -> Option<(Vec<u8>, Vec<&'static str>)> {
    let manifest = ParsedManifest::parse(source);
    let report = check(&manifest);
    let candidates = disjoint(fixes(&report, source, safety));
    let selected = Trials::new(&manifest, &report, check).select(&candidates);
    let after = apply(source, &selected).source;
    let applied = selected.iter().map(|candidate| candidate.rule);
    (after != source).then(|| (after, applied.collect()))
}

/// Checks of a manifest after some of its fixes.
struct Trials<'m, C> {
    source: &'m [u8],
    before: Quality,
    check: C,
    left: usize,
}

impl<'m, C: FnMut(&ParsedManifest<'_>) -> Report> Trials<'m, C> {
    fn new(manifest: &ParsedManifest<'m>, report: &Report, check: C) -> Self {
        Self {
            source: manifest.source,
            before: Quality::new(manifest, &[], report),
            check,
            left: MAX_TRIALS,
        }
    }

    /// As many of the fixes, which do not overlap, as together make the manifest no worse.
    fn select<'r>(&mut self, candidates: &[Candidate<'r>]) -> Vec<Candidate<'r>> {
        let mut selected = Vec::new();
        self.extend(&mut selected, candidates);
        selected
    }

    /// Adds the candidates to those that were selected: all of them, or else the selection from each half.
    fn extend<'r>(&mut self, selected: &mut Vec<Candidate<'r>>, candidates: &[Candidate<'r>]) {
        let len = selected.len();
        selected.extend_from_slice(candidates);
        if candidates.is_empty() || self.accept(selected) {
            return;
        }
        selected.truncate(len);
        if candidates.len() > 1 {
            let (first, second) = candidates.split_at(candidates.len() / 2);
            self.extend(selected, first);
            self.extend(selected, second);
        }
    }

    /// Whether the fixes together make the manifest no worse; `false` after [`MAX_TRIALS`] checks.
    fn accept(&mut self, candidates: &[Candidate<'_>]) -> bool {
        let Some(left) = self.left.checked_sub(1) else {
            return false;
        };
        self.left = left;
        let edited = apply(self.source, candidates);
        let manifest = ParsedManifest::parse(&edited.source);
        let report = (self.check)(&manifest);
        Quality::new(&manifest, &edited.renamed, &report).is_no_worse_than(&self.before)
    }
}

/// The properties of a manifest that no fix may make worse.
#[derive(Debug)]
struct Quality {
    is_json: bool,
    has_tree: bool,
    has_manifest: bool,
    /// The number of errors, without those below a renamed key.
    errors: usize,
}

impl Quality {
    fn new(manifest: &ParsedManifest<'_>, renamed: &[usize], report: &Report) -> Self {
        let renamed: Vec<String> = match &manifest.root {
            Some(root) => renamed.iter().map(|&at| key_path(root, at)).collect(),
            None => Vec::new(),
        };
        let is_revealed =
            |found: &Diagnostic| renamed.iter().any(|path| is_at_or_below(&found.at, path));
        let errors = report.diagnostics.iter();
        let errors = errors.filter(|found| found.level == Level::Error && !is_revealed(found));
        Self {
            is_json: manifest.errors.is_empty(),
            has_tree: manifest.root.is_some(),
            has_manifest: report.manifest.is_some(),
            errors: errors.count() + report.omitted,
        }
    }

    fn is_no_worse_than(&self, before: &Self) -> bool {
        // Without a tree before, most rules ran for the first time now.
        let no_more_errors = self.errors <= before.errors || !before.has_tree;
        no_more_errors
            && self.is_json >= before.is_json
            && self.has_tree >= before.has_tree
            && self.has_manifest >= before.has_manifest
    }
}

/// The fixes up to the given safety that change the file.
fn fixes<'r>(
    report: &'r Report,
    source: &[u8],
    safety: Safety,
) -> impl Iterator<Item = Candidate<'r>> {
    let changes = |edit: &Edit| source[edit.span.clone()] != *edit.text.as_bytes();
    let found = report.diagnostics.iter().enumerate();
    found.filter_map(move |(index, found)| {
        let fix = found.fix.as_ref()?;
        let is_included = fix.safety <= safety && fix.edits.iter().any(changes);
        is_included.then_some(Candidate {
            index,
            rule: found.rule,
            fix,
        })
    })
}

/// The fixes that can be applied together: of two that overlap, the first one.
fn disjoint<'r>(fixes: impl Iterator<Item = Candidate<'r>>) -> Vec<Candidate<'r>> {
    let mut taken: Vec<Range<usize>> = Vec::new();
    let mut candidates = Vec::new();
    for candidate in fixes {
        let edits = &candidate.fix.edits;
        if edits.iter().all(|edit| is_free(&taken, &edit.span)) {
            for edit in edits {
                let at = taken.partition_point(|other| other.start < edit.span.start);
                taken.insert(at, edit.span.clone());
            }
            candidates.push(candidate);
        }
    }
    candidates
}

/// Whether `span` overlaps none of the spans in `taken`, which are sorted and disjoint.
fn is_free(taken: &[Range<usize>], span: &Range<usize>) -> bool {
    let at = taken.partition_point(|other| other.start < span.start);
    let adjacent = &taken[at.saturating_sub(1)..taken.len().min(at + 1)];
    adjacent.iter().all(|other| !overlap(other, span))
}

/// Whether the spans overlap. Two insertions at the same offset do, since their order would be arbitrary.
fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a == b || (a.start < b.end && b.start < a.end)
}

fn apply(source: &[u8], candidates: &[Candidate<'_>]) -> Edited {
    let edits = candidates.iter().flat_map(|candidate| {
        let fix = candidate.fix;
        fix.edits.iter().map(|edit| (edit, fix.is_rename))
    });
    let mut edits: Vec<(&Edit, bool)> = edits.collect();
    edits.sort_by_key(|(edit, _)| (edit.span.start, edit.span.end));
    let mut edited = Edited {
        source: Vec::with_capacity(source.len()),
        renamed: Vec::new(),
    };
    let mut end = 0;
    for (edit, is_rename) in edits {
        edited
            .source
            .extend_from_slice(&source[end..edit.span.start]);
        if is_rename {
            edited.renamed.push(edited.source.len());
        }
        edited.source.extend_from_slice(edit.text.as_bytes());
        end = edit.span.end;
    }
    edited.source.extend_from_slice(&source[end..]);
    edited
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{check::check, facts::ProjectFacts, fix::Fix};

    /// A report with a fix for each of these edits.
    fn report(edits: Vec<(Range<usize>, &str)>) -> Report {
        let diagnostics = edits.into_iter().map(|(span, text)| Diagnostic {
            rule: "some-rule",
            level: Level::Error,
            message: String::new(),
            span: span.clone(),
            note: None,
            help: None,
            related: Vec::new(),
            at: String::new(),
            fix: Some(Fix {
                safety: Safety::Safe,
                edits: vec![Edit {
                    span,
                    text: text.to_owned(),
                }],
                is_rename: false,
            }),
        });
        Report {
            manifest: None,
            diagnostics: diagnostics.collect(),
            omitted: 0,
            failed: Vec::new(),
        }
    }

    /// [`apply_fixes`] with a check that gets the source of the manifest.
    fn fix(source: &[u8], safety: Safety, check: impl Fn(&[u8]) -> Report) -> FixedManifest {
        apply_fixes(source, safety, |manifest| check(manifest.source))
    }

    #[test]
    fn fixes_that_overlap_or_make_the_file_worse_are_left_out() {
        let no_errors = || vec![];
        for (source, fixes, after, expected) in [
            // The second one breaks the JSON.
            (
                "[1, 2, 3]",
                vec![(1..2, "10"), (4..5, "}"), (7..8, "30")],
                no_errors(),
                "[10, 2, 30]",
            ),
            ("[12]", vec![(1..3, "34"), (2..3, "0")], no_errors(), "[34]"),
            // Only a lenient parser accepts the result.
            ("[1]", vec![(2..2, ",")], no_errors(), "[1]"),
            // There are two errors afterwards.
            (
                "[1]",
                vec![(1..2, "2")],
                vec![(0..0, ""), (1..1, "")],
                "[1]",
            ),
            // The next fix undoes this one.
            ("[1]", vec![(1..2, "2")], vec![(1..2, "1")], "[2]"),
        ] {
            let fixed = fix(source.as_bytes(), Safety::Safe, |now| {
                report(match now == source.as_bytes() {
                    true => fixes.clone(),
                    false => after.clone(),
                })
            });
            assert_eq!(fixed.source, expected.as_bytes(), "{source} {fixes:?}");
        }
    }

    #[test]
    fn a_fix_that_invalidates_the_manifest_is_left_out() {
        let valid = include_bytes!("../tests/published/user-with-homepage.json");
        let fixed = fix(valid, Safety::Safe, |now| {
            let manifest = check(valid, &ProjectFacts::none()).manifest;
            assert!(manifest.is_some());
            match now == valid {
                true => Report {
                    manifest,
                    ..report(vec![(0..0, " ")])
                },
                false => report(vec![]),
            }
        });
        assert_eq!(fixed.source, valid);
    }

    /// Errors in the value of a misspelt key do not prevent the rename, unless the manifest was valid with it.
    #[test]
    fn a_rename_may_reveal_errors_unless_the_manifest_was_valid() {
        let valid = include_str!("../tests/published/user-with-homepage.json");
        let with = |settings: &str| valid.replace(r#""availableSettings": []"#, settings);
        let invalid = |settings: &str| with(settings).replace(r#""user""#, r#""users""#);
        for value in [r#"[{ "key": "a" }]"#, r#""none""#] {
            let [wrong, right] = ["available_settings", "availableSettings"]
                .map(|key| format!(r#""{key}": {value}"#));
            let check = |source: &[u8]| check(source, &ProjectFacts::none());
            assert!(check(with(&wrong).as_bytes()).manifest.is_some(), "{wrong}");
            for (source, expected) in [
                (with(&wrong), with(&wrong)),
                (invalid(&wrong), invalid(&right)),
            ] {
                let fixed = fix(source.as_bytes(), Safety::Safe, check);
                assert_eq!(String::from_utf8(fixed.source).unwrap(), expected);
            }
        }
    }

    #[test]
    fn a_rename_that_adds_errors_elsewhere_is_left_out() {
        let renaming = || {
            let mut report = report(vec![(6..9, "\"b\"")]);
            let found = &mut report.diagnostics[0];
            found.level = Level::Warning;
            found.fix.as_mut().unwrap().is_rename = true;
            report
        };
        for (at, is_rejected) in [
            ("o.b", false),
            ("o.b[0].x", false),
            ("o.bc", true),
            ("o", true),
            ("b", true),
        ] {
            let source = br#"{"o":{"a":1}}"#;
            let fixed = fix(source, Safety::Safe, |now| match now == source {
                true => renaming(),
                false => Report {
                    diagnostics: vec![Diagnostic {
                        at: at.to_owned(),
                        fix: None,
                        ..report(vec![(0..1, "")]).diagnostics.remove(0)
                    }],
                    ..report(vec![])
                },
            });
            assert_eq!(fixed.source == source, is_rejected, "{at}");
        }
    }
}
