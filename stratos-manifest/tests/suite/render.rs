//! Plain-text rendering of findings for snapshots.

use std::{fmt::Write as _, ops::Range};

use stratos_manifest::{Diagnostic, Safety, position};

/// Renders findings with all their texts and the edits of their fixes. A span is shown as its position and the start of the text it covers.
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
            fix,
        } = diagnostic;
        let at = location(source, span);
        writeln!(text, "{level}[{rule}]: {message}\n  at {at}").unwrap();
        for related in related {
            let at = location(source, &related.span);
            writeln!(text, "  at {at}: {}", related.message).unwrap();
        }
        for (label, content) in [("note", note), ("help", help)] {
            if let Some(content) = content {
                writeln!(text, "  {label}: {content}").unwrap();
            }
        }
        if let Some(fix) = fix {
            let safety = match fix.safety {
                Safety::Safe => "safe",
                Safety::Unsafe => "unsafe",
            };
            for edit in &fix.edits {
                let at = location(source, &edit.span);
                writeln!(text, "  {safety} fix: {at} -> {:?}", edit.text).unwrap();
            }
        }
    }
    text
}

fn location(source: &[u8], span: &Range<usize>) -> String {
    let decoded = String::from_utf8_lossy(source);
    let covered: String = String::from_utf8_lossy(&source[span.clone()])
        .chars()
        .take(40)
        .collect();
    format!("{} {covered:?}", position(&decoded, span.start))
}
