//! Findings as plain text, for snapshots.

use std::{fmt::Write as _, ops::Range};

use stratos_manifest::{Diagnostic, position};

/// Everything that a finding says. Spans are shown as their place and the bytes they cover.
pub(crate) fn render(source: &[u8], diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let Diagnostic {
            rule,
            level,
            message,
            span,
            note,
            help,
            related,
            at: _,
            fix: _,
        } = diagnostic;
        let place = place(source, span);
        writeln!(text, "{level}[{rule}]: {message}\n  at {place}").unwrap();
        for related in related {
            let place = self::place(source, &related.span);
            writeln!(text, "  at {place}: {}", related.message).unwrap();
        }
        for (label, words) in [("note", note), ("help", help)] {
            if let Some(words) = words {
                writeln!(text, "  {label}: {words}").unwrap();
            }
        }
    }
    text
}

fn place(source: &[u8], span: &Range<usize>) -> String {
    let decoded = String::from_utf8_lossy(source);
    let covered: String = String::from_utf8_lossy(&source[span.clone()])
        .chars()
        .take(40)
        .collect();
    format!("{} {covered:?}", position(&decoded, span.start))
}
