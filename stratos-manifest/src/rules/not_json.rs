use std::ops::Range;

use jsonc_parser::{
    ParseStringErrorKind,
    errors::ParseErrorKind::{self, *},
};

use crate::{
    diagnostic::{Diagnostic, Findings},
    reading::{Fault, SyntaxFault},
    rule::declare_rule,
    rules::RuleContext,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds the place where the file stops being JSON. Comments and trailing commas have rules of their own.
    ///
    /// ## Why is this bad?
    ///
    /// The shell cannot read the manifest, so that the plugin does not exist for it. Nothing behind the place can be
    /// checked either, which is why there is at most one finding of most kinds.
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
    for fault in cx.faults {
        if let Fault::Syntax { span, fault } = fault {
            out.push(describe(cx, span, fault));
        }
    }
}

fn describe(cx: &RuleContext<'_>, span: &Range<usize>, fault: &SyntaxFault) -> Diagnostic {
    let (message, help) = match fault {
        SyntaxFault::Empty => return empty(cx, span),
        SyntaxFault::UnclosedText => {
            let (message, help) = string_words(&ParseStringErrorKind::UnterminatedStringLiteral);
            (message.to_owned(), help)
        }
        SyntaxFault::Parser(error) => {
            let (message, help) = syntax_words(seen_by_people(cx.text, span, error.kind()));
            (message.to_owned(), help)
        }
        SyntaxFault::Control(char) => (
            format!(
                "the character U+{:04X} cannot stand inside a text as it is",
                u32::from(*char)
            ),
            match char {
                '\n' | '\r' => "join the two lines, or write `\\n` for a line break",
                '\t' => "write `\\t` for a tab",
                _ => "remove it, or write it as an escape such as `\\u0007`",
            },
        ),
        SyntaxFault::Space(char) => (
            format!(
                "the invisible character U+{:04X} cannot stand here",
                u32::from(*char)
            ),
            "replace it with an ordinary space",
        ),
        SyntaxFault::Refused(reason) => (
            format!("a strict JSON parser does not accept this: {reason}"),
            "write the value as JSON has it",
        ),
    };
    cx.finding(head(span, fault), message)
        .note("the Stratos shell reads the manifest as JSON, and cannot read this file")
        .help(help)
}

/// What is never closed is pointed at by its bracket, not by all that follows.
fn head(span: &Range<usize>, fault: &SyntaxFault) -> Range<usize> {
    match fault {
        SyntaxFault::Parser(error)
            if matches!(error.kind(), UnterminatedObject | UnterminatedArray) =>
        {
            span.start..span.start + 1
        }
        _ => span.clone(),
    }
}

/// Where the parser's view of a mistake is not the author's: `None,` is a word, and `01` is one number.
fn seen_by_people<'k>(
    text: &str,
    span: &Range<usize>,
    kind: &'k ParseErrorKind,
) -> &'k ParseErrorKind {
    let is_digit = |char: char| char.is_ascii_digit();
    match kind {
        UnexpectedToken if text[span.start..].starts_with(char::is_alphabetic) => &UnexpectedWord,
        ExpectedComma
            if text[..span.start].ends_with('0') && text[span.start..].starts_with(is_digit) =>
        {
            &ExpectedDigit
        }
        _ => kind,
    }
}

fn empty(cx: &RuleContext<'_>, span: &Range<usize>) -> Diagnostic {
    cx.finding(span.clone(), "the file is empty")
        .note("a manifest is a JSON object with the plugin's fields")
        .help("write the fields between `{` and `}`, or let `cargo stratos new` write the file")
}

/// What is wrong, and what to do, in words that need no grammar.
const fn syntax_words(kind: &ParseErrorKind) -> (&'static str, &'static str) {
    match kind {
        ExpectedComma => ("a comma is missing here", "put a `,` between the two"),
        ExpectedColonAfterObjectKey => (
            "a colon is missing after this key",
            "write `\"key\": value`",
        ),
        ExpectedObjectValue => (
            "a value is missing after this key",
            "write `\"key\": value`",
        ),
        ExpectedStringObjectProperty => (
            "a key has to stand in double quotes",
            "write `\"key\": value`",
        ),
        SingleQuotedStringsNotAllowed => (
            "text has to stand in double quotes",
            "replace `'` with `\"` on both sides",
        ),
        MultipleRootJsonValues => (
            "the manifest is already complete before this",
            "remove what follows, or look for a bracket that closes too early",
        ),
        UnexpectedWord => (
            "this word means nothing in JSON",
            "put text in double quotes; without them there are only `true`, `false` and `null`",
        ),
        UnterminatedObject => ("this `{` is never closed", "add the missing `}`"),
        UnterminatedArray => ("this `[` is never closed", "add the missing `]`"),
        UnterminatedCommentBlock => ("this comment never ends", "remove the comment"),
        UnexpectedCloseBrace => (
            "this `}` closes nothing",
            "remove it, or add what it closes",
        ),
        UnexpectedCloseBracket => (
            "this `]` closes nothing",
            "remove it, or add what it closes",
        ),
        UnexpectedComma => ("there is nothing before this comma", "remove the comma"),
        UnexpectedColon => (
            "a colon cannot stand here",
            "remove it; colons stand between a key and its value only",
        ),
        UnexpectedTokenInObject => (
            "a key was expected here",
            "write `\"key\": value` pairs between `{` and `}`, with commas between them",
        ),
        NestingDepthExceeded => (
            "the brackets lie too deep in each other",
            "close some of them",
        ),
        String(kind) => string_words(kind),
        BareDecimalPointNumbersNotAllowed
        | ExpectedDigit
        | ExpectedDigitFollowingNegativeSign
        | ExpectedPlusMinusOrDigitInNumberLiteral
        | HexadecimalNumbersNotAllowed
        | NonFiniteNumbersNotAllowed
        | UnaryPlusNumbersNotAllowed => (
            "this is not a number of JSON",
            "write it like `12`, `-0.5` or `1e3`",
        ),
        // `UnexpectedToken`; the others do not occur, and a feature that we do not use adds one more.
        _ => (
            "this character cannot stand here",
            "remove it, or put text in quotes",
        ),
    }
}

const fn string_words(kind: &ParseStringErrorKind) -> (&'static str, &'static str) {
    use ParseStringErrorKind::*;
    match kind {
        UnterminatedStringLiteral => ("this text has no closing quote", "add the missing `\"`"),
        InvalidUnicodeEscapeSequence(_) => (
            "this is half of a two-part escape, and means nothing alone",
            "write the whole character, or remove it",
        ),
        ExpectedFourHexDigits => (
            "`\\u` needs four hexadecimal digits",
            "write it like `\\u00e4`, or the character itself",
        ),
        InvalidEscape
        | InvalidEscapeInDoubleQuoteString
        | InvalidEscapeInSingleQuoteString
        | ExpectedTwoHexDigits => (
            "JSON does not have this escape",
            "write `\\\\` for a backslash; paths have `/` on every system",
        ),
    }
}
