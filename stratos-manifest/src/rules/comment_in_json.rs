use std::ops::Range;

use crate::{
    rules::prelude::*,
    syntax::{ParseError, ParseErrorKind},
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for comments.
    ///
    /// ## Why is this bad?
    ///
    /// JSON has no comments, and the shell reads the manifest as JSON. Editors accept comments in their own
    /// configuration files, which makes them look allowed.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   // what the shell shows
    ///   "name": "My plugin"
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "name": "My plugin" }
    /// ```
    "comment-in-json" {
        summary: "the file has comments",
        group: Correctness,
        stage: File,
        source: Json,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for ParseError { span, kind } in &cx.manifest.errors {
        if matches!(kind, ParseErrorKind::Comment) {
            out.push(
                cx.finding(span.clone(), "comments are not allowed here")
                    .note("the Stratos shell reads the manifest as JSON, which has no comments")
                    .help("remove the comment")
                    .unsafe_fix([Edit::remove(with_empty_line(
                        cx.manifest.text,
                        span.clone(),
                    ))]),
            );
        }
    }
}

/// The comment, with the rest of its line if that is blank, or else with the spaces before it at the end of a line.
fn with_empty_line(text: &str, comment: Range<usize>) -> Range<usize> {
    let (before, after) = (&text[..comment.start], &text[comment.end..]);
    let start = before.trim_end_matches([' ', '\t']).len();
    let rest = after.trim_start_matches([' ', '\t', '\r']);
    let newline = rest.strip_prefix('\n').map(|rest| text.len() - rest.len());
    match newline {
        Some(next_line) if text[..start].ends_with('\n') => start..next_line,
        Some(_) => start..comment.end,
        None => comment,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removing_a_comment_removes_its_line_if_blank() {
        for (text, expected) in [
            ("{\r\n  // a\r\n  1\r\n}", "{\r\n  1\r\n}"),
            ("{ // a\r\n  1 }", "{\r\n  1 }"),
            ("{ 1 // a\n}", "{ 1\n}"),
            ("{ // a\n}", "{\n}"),
            ("// a\n{}", "\n{}"),
            ("{ 1 } // a", "{ 1 } "),
        ] {
            let start = text.find("//").unwrap();
            let end = text.find("a").unwrap() + 1;
            let mut without = text.to_owned();
            without.replace_range(with_empty_line(text, start..end), "");
            assert_eq!(without, expected, "{text:?}");
        }
    }
}
