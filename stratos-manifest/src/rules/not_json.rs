use std::ops::Range;

use crate::{
    rules::{
        findings::{SyntaxMessage, UNTERMINATED_STRING, parse_error_message},
        prelude::*,
    },
    syntax::{ParseError, ParseErrorKind, SyntaxError, json_text},
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for JSON syntax errors. Comments and trailing commas have their own rules.
    ///
    /// ## Why is this bad?
    ///
    /// The shell cannot read the manifest, and does not load the plugin. The parser stops at the first error, so
    /// mistakes after it are not reported.
    ///
    /// ## Example
    ///
    /// ```json
    /// { id: 'my-plugin' }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "id": "my-plugin" }
    /// ```
    "not-json" {
        summary: "the file is not JSON",
        group: Correctness,
        stage: File,
        source: Json,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for ParseError { span, kind } in &cx.manifest.errors {
        if let ParseErrorKind::Syntax(error) = kind {
            out.push(describe(cx, span, error));
        }
    }
}

fn describe(cx: &RuleContext<'_>, span: &Range<usize>, error: &SyntaxError) -> Diagnostic {
    let mut location = span.clone();
    let mut edit = None;
    let message: SyntaxMessage = match error {
        SyntaxError::Empty => return empty(cx, span),
        SyntaxError::UnclosedString => UNTERMINATED_STRING.into(),
        SyntaxError::Parser(error) => {
            let (start, message) = parse_error_message(cx.manifest.text, span, error.kind());
            location = start;
            message
        }
        SyntaxError::UnescapedControl(char) => {
            let help = match char {
                '\n' | '\r' => "join the two lines, or write `\\n` for a line break",
                '\t' => "write `\\t` for a tab",
                _ => "remove it, or write it as an escape such as `\\u0007`",
            };
            let message = format!(
                "the character U+{:04X} must be escaped in a text",
                u32::from(*char)
            );
            let quoted = json_text(char.encode_utf8(&mut [0; 4]));
            edit = Some(Edit::replace(span.clone(), quoted.trim_matches('"')));
            (&*message, help).into()
        }
        SyntaxError::NonJsonWhitespace(char) => {
            edit = Some(Edit::replace(span.clone(), " "));
            let message = format!("unexpected invisible character U+{:04X}", u32::from(*char));
            (&*message, "replace it with an ordinary space").into()
        }
        SyntaxError::Rejected(reason) => {
            let message = format!("a strict JSON parser does not accept this: {reason}");
            (&*message, "write the value as JSON requires it").into()
        }
    };
    cx.finding(location, message.message)
        .note("the Stratos shell reads the manifest as JSON, and cannot read this file")
        .help(message.help)
        .safe_fix(edit)
}

fn empty(cx: &RuleContext<'_>, span: &Range<usize>) -> Diagnostic {
    cx.finding(span.clone(), "the file is empty")
        .note("a manifest is a JSON object with the plugin's fields")
        .help("write the fields between `{` and `}`, or let `cargo stratos new` write the file")
}
