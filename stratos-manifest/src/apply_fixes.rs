//! Applies fixes repeatedly, and rejects those that make a manifest worse.

use std::{collections::HashSet, ops::Range};

use crate::{
    check::Report,
    diagnostic::Level,
    fix::{Edit, Fix, Safety},
    syntax::ParsedManifest,
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

/// Applies the fixes of all findings up to the given safety, and then those of the findings that appear after them.
///
/// A fix is left out if it makes the manifest worse: if there are more errors, or the file is no valid manifest or no
/// JSON any more. A renamed key can do that, since no rule checks the value of an unknown key. All bytes that no fix
/// replaces stay.
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
    let mut kept = HashSet::new();
    for safety in [Safety::Safe, Safety::Unsafe] {
        let mut fixes: Vec<_> = fixes(report, manifest.source, safety).collect();
        let is_new = |candidate: &&Candidate<'_>| candidate.fix.safety == safety;
        if !fixes.iter().any(|candidate| is_new(&candidate)) {
            continue;
        }
        let selected = Trials::new(manifest, report, &mut check).select(&mut fixes);
        kept.extend(selected.iter().filter(is_new).map(|new| new.index));
        // A fix that overlaps one of them is applied in a later round.
        let mut trials = Trials::new(manifest, report, &mut check);
        let overlapping = fixes.iter().filter(is_new);
        let applicable = overlapping.filter(|candidate| trials.accept(&[**candidate]));
        kept.extend(applicable.map(|candidate| candidate.index));
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
    let mut fixes: Vec<_> = fixes(&report, source, safety).collect();
    let selected = Trials::new(&manifest, &report, check).select(&mut fixes);
    let after = apply(source, &selected);
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
            before: Quality::new(manifest, report),
            check,
            left: MAX_TRIALS,
        }
    }

    /// As many of the fixes as do not overlap and together make the manifest no worse. Those that overlap a selected one
    /// stay in `fixes`.
    fn select<'r>(&mut self, fixes: &mut Vec<Candidate<'r>>) -> Vec<Candidate<'r>> {
        let mut selected = Vec::new();
        loop {
            let candidates = take_disjoint(&selected, fixes);
            if candidates.is_empty() {
                return selected;
            }
            self.extend(&mut selected, &candidates);
        }
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
        let source = apply(self.source, candidates);
        let manifest = ParsedManifest::parse(&source);
        let report = (self.check)(&manifest);
        Quality::new(&manifest, &report).is_no_worse_than(&self.before)
    }
}

/// The properties of a manifest that no fix may make worse.
#[derive(Debug)]
struct Quality {
    is_json: bool,
    has_tree: bool,
    has_manifest: bool,
    errors: usize,
}

impl Quality {
    fn new(manifest: &ParsedManifest<'_>, report: &Report) -> Self {
        let found = report.diagnostics.iter();
        let errors = found.filter(|found| found.level == Level::Error).count();
        Self {
            is_json: manifest.errors.is_empty(),
            has_tree: manifest.root.is_some(),
            has_manifest: report.manifest.is_some(),
            errors: errors + report.omitted,
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

/// Takes the fixes out of `fixes` that can be applied together with those that were selected: of two that overlap, the
/// first one.
fn take_disjoint<'r>(
    selected: &[Candidate<'r>],
    fixes: &mut Vec<Candidate<'r>>,
) -> Vec<Candidate<'r>> {
    let mut taken: Vec<Range<usize>> = Vec::new();
    let mut take = |candidate: &Candidate<'r>| {
        let edits = &candidate.fix.edits;
        let is_disjoint = edits.iter().all(|edit| is_free(&taken, &edit.span));
        if is_disjoint {
            for edit in edits {
                let at = taken.partition_point(|other| other.start < edit.span.start);
                taken.insert(at, edit.span.clone());
            }
        }
        is_disjoint
    };
    for candidate in selected {
        take(candidate);
    }
    fixes.extract_if(.., |candidate| take(candidate)).collect()
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

fn apply(source: &[u8], candidates: &[Candidate<'_>]) -> Vec<u8> {
    let edits = candidates.iter().flat_map(|candidate| &candidate.fix.edits);
    let mut edits: Vec<&Edit> = edits.collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut edited = Vec::with_capacity(source.len());
    let mut end = 0;
    for edit in edits {
        edited.extend_from_slice(&source[end..edit.span.start]);
        edited.extend_from_slice(edit.text.as_bytes());
        end = edit.span.end;
    }
    edited.extend_from_slice(&source[end..]);
    edited
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{check::check, diagnostic::Diagnostic, facts::ProjectFacts};

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
            // The first one is left out, and the second one is inside it.
            ("[12]", vec![(1..3, "}"), (2..3, "0")], no_errors(), "[10]"),
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

    /// Errors in the value of a misspelt key do not count until it is renamed.
    #[test]
    fn a_rename_that_adds_errors_is_left_out() {
        let valid = include_str!("../tests/published/user-with-homepage.json");
        let check = |source: &[u8]| check(source, &ProjectFacts::none());
        let with = |settings: &str| valid.replace(r#""availableSettings": []"#, settings);
        let [valid, incomplete, wrong] = ["[]", r#"[{ "key": "a" }]"#, r#""none""#]
            .map(|value| with(&format!(r#""available_settings": {value}"#)));
        for (source, is_renamed) in [(valid, true), (incomplete, false), (wrong, false)] {
            for source in [source.clone(), source.replace(r#""user""#, r#""users""#)] {
                let fixed = fix(source.as_bytes(), Safety::Safe, check);
                let renamed = source.replace("available_settings", "availableSettings");
                let expected = if is_renamed { renamed } else { source };
                assert_eq!(String::from_utf8(fixed.source).unwrap(), expected);
            }
        }
    }
}
