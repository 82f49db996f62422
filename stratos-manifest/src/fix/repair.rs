//! Repairs applied: until there is nothing left to do, and never for the worse.

use std::{collections::HashSet, ops::Range};

use serde::de::IgnoredAny;

use crate::{
    check::Report,
    diagnostic::{Diagnostic, Level},
    fix::{Edit, Safety},
    reading::{decode, is_at_or_below, key_path, parse},
};

/// One repair may make room for the next; nobody's manifest needs more than a few rounds. But of one rule's findings,
/// 1,000 are known in each round, and there is room for 262,144 of a byte each.
const MAX_ROUNDS: usize = 300;

/// How many repairs are tried one by one where all together made it worse.
const MAX_TRIED: usize = 64;

/// A manifest after its repairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// The file; where nothing was applied, as it was.
    pub source: Vec<u8>,
    /// The rule of each repair.
    pub applied: Vec<&'static str>,
}

/// A repair that fits beside the others.
struct Candidate<'r> {
    rule: &'static str,
    edits: &'r [Edit],
    /// Whether it gives a value another key.
    is_rename: bool,
}

/// A file with some of the repairs.
struct Applied {
    source: Vec<u8>,
    /// Where the new keys stand in it.
    renamed: Vec<usize>,
}

/// Applies the repairs of all findings, up to the given safety, and those of what is found after them.
///
/// `check` says what is to be repaired. A repair that makes things worse is left out: one after which there are more
/// errors, no manifest any more, or no JSON any more. That a value is looked at for the first time, now that its key is
/// right, is no harm where the manifest was not valid anyway: its mistakes were there before. Everything that no repair
/// is about stays as it is, byte for byte.
pub fn repair(source: &[u8], safety: Safety, mut check: impl FnMut(&[u8]) -> Report) -> Repaired {
    let mut repaired = Repaired {
        source: source.to_vec(),
        applied: Vec::new(),
    };
    // Two rules that undo each other's repairs end here.
    let mut seen = HashSet::from([source.to_vec()]);
    for _ in 0..MAX_ROUNDS {
        let report = check(&repaired.source);
        let candidates = candidates(&report, safety, repaired.source.len());
        let Some((source, applied)) = round(&repaired.source, &report, &candidates, &mut check)
        else {
            break;
        };
        if !seen.insert(source.clone()) {
            break;
        }
        repaired.source = source;
        repaired.applied.extend(applied);
    }
    repaired
}

/// The file after as many of the candidates as do no harm, unless that is as good as none.
fn round(
    source: &[u8],
    report: &Report,
    candidates: &[Candidate<'_>],
    check: &mut impl FnMut(&[u8]) -> Report,
) -> Option<(Vec<u8>, Vec<&'static str>)> {
    let before = State::new(source, &[], report);
    let mut is_good = |applied: &Applied| {
        let Applied { source, renamed } = applied;
        State::new(source, renamed, &check(source)).is_no_worse_than(&before)
    };
    let all: Vec<&Candidate<'_>> = candidates.iter().collect();
    let together = apply(source, &all);
    if together.source == source {
        return None;
    }
    let (after, applied) = if is_good(&together) {
        (together, all)
    } else {
        let mut harmless = Vec::new();
        for candidate in candidates.iter().take(MAX_TRIED) {
            harmless.push(candidate);
            if !is_good(&apply(source, &harmless)) {
                harmless.pop();
            }
        }
        (apply(source, &harmless), harmless)
    };
    let applied = applied.into_iter().map(|candidate| candidate.rule);
    (after.source != source).then(|| (after.source, applied.collect()))
}

/// What must not become worse.
#[derive(Debug)]
struct State {
    is_json: bool,
    has_tree: bool,
    has_manifest: bool,
    /// Those that only a right key could reveal are not counted.
    errors: usize,
}

impl State {
    fn new(source: &[u8], renamed: &[usize], report: &Report) -> Self {
        let (text, _) = decode(source);
        let tree = text.as_deref().and_then(|text| parse(text).0);
        let renamed: Vec<String> = match &tree {
            Some(tree) => renamed.iter().map(|&at| key_path(tree, at)).collect(),
            None => Vec::new(),
        };
        let is_revealed =
            |found: &Diagnostic| renamed.iter().any(|path| is_at_or_below(&found.at, path));
        let errors = report.diagnostics.iter();
        let errors = errors.filter(|found| found.level == Level::Error && !is_revealed(found));
        Self {
            is_json: serde_json::from_slice::<IgnoredAny>(source).is_ok(),
            has_tree: tree.is_some(),
            has_manifest: report.manifest.is_some(),
            errors: errors.count() + report.omitted,
        }
    }

    fn is_no_worse_than(&self, before: &Self) -> bool {
        // Where nothing could be read before, what is found now is no new mistake.
        let no_more_errors = self.errors <= before.errors || !before.has_tree;
        no_more_errors
            && self.is_json >= before.is_json
            && self.has_tree >= before.has_tree
            && self.has_manifest >= before.has_manifest
    }
}

/// The repairs that may be applied together: of two that touch the same bytes, the first.
fn candidates(report: &Report, safety: Safety, len: usize) -> Vec<Candidate<'_>> {
    let mut taken: Vec<Range<usize>> = Vec::new();
    let mut candidates = Vec::new();
    for found in &report.diagnostics {
        let Some(fix) = found.fix.as_ref().filter(|fix| fix.safety <= safety) else {
            continue;
        };
        let mut spans: Vec<_> = fix.edits.iter().map(|edit| edit.span.clone()).collect();
        spans.sort_by_key(|span| (span.start, span.end));
        let fits = |span: &Range<usize>| span.start <= span.end && span.end <= len;
        let is_apart = spans.windows(2).all(|pair| !touch(&pair[0], &pair[1]));
        let is_free = |span: &Range<usize>| is_free(&taken, span);
        if is_apart && spans.iter().all(fits) && spans.iter().all(is_free) {
            for span in spans {
                let at = taken.partition_point(|other| other.start < span.start);
                taken.insert(at, span);
            }
            candidates.push(Candidate {
                rule: found.rule,
                edits: &fix.edits,
                is_rename: fix.is_rename,
            });
        }
    }
    candidates
}

/// Whether `span` overlaps none of the others, which are sorted and do not overlap each other.
fn is_free(taken: &[Range<usize>], span: &Range<usize>) -> bool {
    let at = taken.partition_point(|other| other.start < span.start);
    let beside = &taken[at.saturating_sub(1)..taken.len().min(at + 1)];
    beside.iter().all(|other| !touch(other, span))
}

/// Two insertions at one place have no order, and count as overlapping.
fn touch(a: &Range<usize>, b: &Range<usize>) -> bool {
    a == b || (a.start < b.end && b.start < a.end)
}

fn apply(source: &[u8], candidates: &[&Candidate<'_>]) -> Applied {
    let edits = candidates.iter().flat_map(|candidate| {
        candidate
            .edits
            .iter()
            .map(|edit| (edit, candidate.is_rename))
    });
    let mut edits: Vec<(&Edit, bool)> = edits.collect();
    edits.sort_by_key(|(edit, _)| (edit.span.start, edit.span.end));
    let mut result = Vec::with_capacity(source.len());
    let mut renamed = Vec::new();
    let mut end = 0;
    for (edit, is_rename) in edits {
        result.extend_from_slice(&source[end..edit.span.start]);
        if is_rename {
            renamed.push(result.len());
        }
        result.extend_from_slice(edit.text.as_bytes());
        end = edit.span.end;
    }
    result.extend_from_slice(&source[end..]);
    Applied {
        source: result,
        renamed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{check::check, facts::ProjectFacts, fix::Fix};

    /// A check that finds each of these places, with a repair.
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

    #[test]
    fn a_repair_that_does_harm_is_left_out_and_no_other() {
        let source = b"[1, 2, 3]";
        let repaired = repair(source, Safety::Safe, |now| match now == source {
            true => report(vec![(1..2, "10"), (4..5, "}"), (7..8, "30")]),
            false => report(vec![]),
        });
        assert_eq!(repaired.source, b"[10, 2, 30]");
        assert_eq!(repaired.applied.len(), 2);
    }

    #[test]
    fn more_errors_than_before_are_harm() {
        let repaired = repair(b"[1]", Safety::Safe, |now| match now == b"[1]" {
            true => report(vec![(1..2, "2")]),
            false => report(vec![(0..0, ""), (1..1, "")]),
        });
        assert_eq!(repaired.source, b"[1]");
        assert_eq!(repaired.applied, [""; 0]);
    }

    #[test]
    fn of_two_repairs_of_the_same_bytes_the_second_waits() {
        let repaired = repair(b"[12]", Safety::Safe, |now| match now {
            b"[12]" => report(vec![(1..3, "34"), (2..3, "0")]),
            _ => report(vec![]),
        });
        assert_eq!(repaired.source, b"[34]");
    }

    #[test]
    fn rules_that_disagree_end() {
        let repaired = repair(b"[1]", Safety::Safe, |now| match now {
            b"[1]" => report(vec![(1..2, "2")]),
            _ => report(vec![(1..2, "1")]),
        });
        assert_eq!(repaired.source, b"[2]");
    }

    #[test]
    fn json_that_needs_a_lenient_reader_is_harm() {
        let repaired = repair(b"[1]", Safety::Safe, |now| match now {
            b"[1]" => report(vec![(2..2, ",")]),
            _ => report(vec![]),
        });
        assert_eq!(repaired.source, b"[1]");
    }

    #[test]
    fn a_manifest_that_is_none_any_more_is_harm() {
        let valid = include_bytes!("../../tests/published/user-with-homepage.json");
        let repaired = repair(valid, Safety::Safe, |now| {
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
        assert_eq!(repaired.source, valid);
    }

    /// What was wrong in a value all the time is no reason to leave it under a wrong key, but where nobody has looked
    /// at it, the manifest works.
    #[test]
    fn a_rename_may_reveal_what_is_wrong_unless_the_manifest_was_valid() {
        let valid = include_str!("../../tests/published/user-with-homepage.json");
        let with = |settings: &str| valid.replace(r#""availableSettings": []"#, settings);
        let invalid = |settings: &str| with(settings).replace(r#""user""#, r#""users""#);
        for value in [r#"[{ "key": "a" }]"#, r#""none""#] {
            let [wrong, right] =
                ["settings", "availableSettings"].map(|key| format!(r#""{key}": {value}"#));
            let check = |source: &[u8]| check(source, &ProjectFacts::none());
            assert!(check(with(&wrong).as_bytes()).manifest.is_some(), "{wrong}");
            for (source, expected) in [
                (with(&wrong), with(&wrong)),
                (invalid(&wrong), invalid(&right)),
            ] {
                let repaired = repair(source.as_bytes(), Safety::Safe, check);
                assert_eq!(String::from_utf8(repaired.source).unwrap(), expected);
            }
        }
    }

    #[test]
    fn an_error_elsewhere_is_harm_beside_a_rename_as_well() {
        let renaming = || {
            let mut report = report(vec![(6..9, "\"b\"")]);
            let found = &mut report.diagnostics[0];
            found.level = Level::Warning;
            found.fix.as_mut().unwrap().is_rename = true;
            report
        };
        for (at, is_harm) in [
            ("o.b", false),
            ("o.b[0].x", false),
            ("o.bc", true),
            ("o", true),
            ("b", true),
        ] {
            let source = br#"{"o":{"a":1}}"#;
            let repaired = repair(source, Safety::Safe, |now| match now == source {
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
            assert_eq!(repaired.source == source, is_harm, "{at}");
        }
    }

    #[test]
    fn an_edit_beyond_the_file_is_ignored() {
        let repaired = repair(b"[1]", Safety::Safe, |_| report(vec![(2..9, "")]));
        assert_eq!(repaired.source, b"[1]");
    }
}
