//! From bytes to a report.

use crate::{
    diagnostic::{Diagnostic, Level},
    facts::ProjectFacts,
    model::{Manifest, build},
    reading::{Fault, decode, parse},
    rule::Stage,
    rules::{RULES, RuleContext},
    shape::{Place, places},
};

/// What there is to say about a manifest.
#[derive(Debug, Clone)]
pub struct Report {
    /// The manifest, unless there is an error in the file. Errors about the files around it do not count, and
    /// neither do warnings.
    pub manifest: Option<Manifest>,
    /// The findings, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
    /// How many more there are: of one rule's findings, 1,000 are kept.
    pub omitted: usize,
}

/// Nobody reads more, and a hostile file has room for hundreds of thousands.
const MAX_FINDINGS: usize = 1_000;

impl Report {
    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.level == Level::Error)
    }
}

/// Looks at a manifest with all rules.
///
/// `source` is the file as it lies on the disk; that it is text is one of the things that get checked. Nothing in it
/// makes this function panic, and its time and memory are bounded, since more than [`MAX_BYTES`](crate::MAX_BYTES)
/// are not read.
pub fn check(source: &[u8], facts: &ProjectFacts) -> Report {
    let (text, encoding_fault) = decode(source);
    let (value, syntax_faults) = match &text {
        Some(text) => parse(text),
        None => (None, Vec::new()),
    };
    let faults: Vec<Fault> = encoding_fault.into_iter().chain(syntax_faults).collect();
    let root = value.as_ref().and_then(|value| value.as_object());
    let places: Vec<Place<'_>> = root.map(places).unwrap_or_default();

    let mut diagnostics = Vec::new();
    let mut omitted = 0;
    let mut is_reliable = true;
    for rule in RULES {
        let before = diagnostics.len();
        let cx = RuleContext {
            rule,
            level: rule.group.level(),
            text: text.as_deref().unwrap_or_default(),
            source_len: source.len(),
            faults: &faults,
            value: value.as_ref(),
            places: &places,
            facts,
        };
        (rule.check)(&cx, &mut diagnostics);
        let found = diagnostics.len() - before;
        omitted += found.saturating_sub(MAX_FINDINGS);
        diagnostics.truncate(before + MAX_FINDINGS);
        is_reliable &= !(found > 0 && cx.level == Level::Error && rule.stage < Stage::Project);
    }
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.span.start, d.span.end, d.rule);
        key(a).cmp(&key(b))
    });
    let manifest = root
        .filter(|_| is_reliable)
        .and_then(|root| build(root, text.as_deref().unwrap_or_default()));
    Report {
        manifest,
        diagnostics,
        omitted,
    }
}
