//! What to say where a JSON parser stops, and where to point.

use std::ops::Range;

use jsonc_parser::{
    ParseStringErrorKind,
    errors::ParseErrorKind::{self, *},
};

use crate::{
    quote::quote,
    shape::{Field, Kind, fields_named},
};

/// What is wrong, and what to do.
pub(super) type Words = (std::string::String, std::string::String);

/// The keys whose values are paths.
const PATHS: [&str; 3] = ["icon_light", "icon_dark", "entryModule"];

/// Where to point, what is wrong, and what to do, where the parser stopped. Its view of a mistake is not always the
/// author's: `None,` is a word, `01` is one number, and what is never closed is pointed at by its bracket.
pub(super) fn parser_words(
    text: &str,
    span: &Range<usize>,
    kind: &ParseErrorKind,
) -> (Range<usize>, Words) {
    let is_digit = |char: char| char.is_ascii_digit();
    let rest = &text[span.start..];
    match kind {
        UnterminatedObject | UnterminatedArray => {
            (span.start..span.start + 1, plain(syntax_words(kind)))
        }
        UnexpectedWord | UnexpectedToken if rest.starts_with(char::is_alphabetic) => {
            (span.clone(), word_words(text, span.start))
        }
        ExpectedComma if text[..span.start].ends_with('0') && rest.starts_with(is_digit) => {
            let start = text[..span.start].trim_end_matches(is_digit).len();
            let end = text.len() - rest.trim_start_matches(is_digit).len();
            let words = (
                "a number in JSON cannot start with `0`",
                "remove the zero, or put the whole value in double quotes if it is a text",
            );
            (start..end, plain(words))
        }
        String(
            ParseStringErrorKind::InvalidEscape
            | ParseStringErrorKind::InvalidEscapeInDoubleQuoteString,
        ) => (span.clone(), escape_words(text, span.start)),
        _ => (span.clone(), plain(syntax_words(kind))),
    }
}

pub(super) fn plain((message, help): (&str, &str)) -> Words {
    (message.to_owned(), help.to_owned())
}

/// A word without quotes: one that other languages have, or text.
fn word_words(text: &str, at: usize) -> Words {
    let word: &str = text[at..]
        .split(|char: char| !char.is_alphanumeric() && char != '_')
        .next()
        .unwrap_or_default();
    let field = key_before(text, at).and_then(|key| fields_named(key).next());
    let is_nothing = ["none", "nil", "undefined", "nan", "null"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(word));
    let lower = word.to_ascii_lowercase();
    let help = match field {
        Some(field) if is_nothing && !field.required => {
            format!("leave the field out, or write `{}`", field.example)
        }
        Some(Field {
            kind: Kind::Text | Kind::OneOf(_),
            example,
            key,
            ..
        }) => format!("`{key}` is text, which stands in double quotes: write it like `{example}`"),
        _ if matches!(lower.as_str(), "true" | "false") => {
            format!("write `{lower}`, in small letters")
        }
        _ if is_nothing => "write `null`".to_owned(),
        _ => "put text in double quotes; without them there are only `true`, `false` and `null`"
            .to_owned(),
    };
    ("this word means nothing in JSON".to_owned(), help)
}

/// A backslash that escapes nothing: in a path, it should be a slash.
fn escape_words(text: &str, at: usize) -> Words {
    let (message, help) = string_words(&ParseStringErrorKind::InvalidEscape);
    let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let opening = text[line..at].rfind('"').map(|opening| line + opening);
    let path = opening.and_then(|opening| {
        let key = key_before(text, opening)?;
        let value = text[opening + 1..].split(['"', '\n']).next()?;
        PATHS.contains(&key).then(|| {
            let names = value.split('\\').filter(|name| !name.is_empty());
            names.collect::<Vec<_>>().join("/")
        })
    });
    let help = match path {
        Some(path) => format!("write {}: paths have `/` on every system", quote(&path)),
        None => help.to_owned(),
    };
    (message.to_owned(), help)
}

/// The key whose value starts at `at`.
fn key_before(text: &str, at: usize) -> Option<&str> {
    let before = text[..at].trim_end().strip_suffix(':')?.trim_end();
    let (_, key) = before.strip_suffix('"')?.rsplit_once('"')?;
    Some(key)
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

pub(super) const fn string_words(kind: &ParseStringErrorKind) -> (&'static str, &'static str) {
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
            "write `\\\\` for a backslash",
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::{ProjectFacts, check};

    #[test]
    fn help_fits_the_field() {
        for (source, place, help) in [
            (r#"{ "version": -007 }"#, "007", "remove the zero"),
            (r#"{ "name": None }"#, "None", r#""name": "My plugin""#),
            (r#"{ "homepage": None }"#, "None", "leave the field out"),
            (r#"{ "default": True }"#, "True", "write `true`"),
            (r#"{ "x": nil }"#, "nil", "write `null`"),
            (r#"{ "x": kg }"#, "kg", "double quotes"),
            (
                r#"{ "icon_dark": "a\icons\dark.svg" }"#,
                r"\i",
                "write `a/icons/dark.svg`",
            ),
            (r#"{ "name": "a\i" }"#, r"\i", r"write `\\` for a backslash"),
        ] {
            let report = check(source.as_bytes(), &ProjectFacts::none());
            let found = &report.diagnostics[0];
            assert_eq!(found.rule, "not-json");
            let said = found.help.as_deref().unwrap();
            assert!(said.contains(help), "{source}: {said}");
            assert!(
                source[found.span.clone()].contains(place),
                "{source}: {:?}",
                found.span
            );
        }
    }
}
