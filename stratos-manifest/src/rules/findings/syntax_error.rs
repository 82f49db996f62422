//! Messages for JSON syntax errors.

use std::ops::Range;

use jsonc_parser::{
    ParseStringErrorKind,
    errors::ParseErrorKind::{self, *},
};

use crate::{
    quote::{quote, quote_source},
    schema::{Field, FieldKind, fields_named},
    syntax::json_text,
};

/// The message and help of a syntax error.
#[derive(Debug)]
pub(in crate::rules) struct SyntaxMessage {
    pub(in crate::rules) message: std::string::String,
    pub(in crate::rules) help: std::string::String,
}

impl From<(&str, &str)> for SyntaxMessage {
    fn from((message, help): (&str, &str)) -> Self {
        Self {
            message: message.to_owned(),
            help: help.to_owned(),
        }
    }
}

/// The message and help for a string without its closing quote.
pub(in crate::rules) const UNTERMINATED_STRING: (&str, &str) =
    ("this text has no closing quote", "add the missing `\"`");

/// The keys whose values are paths.
const PATHS: [&str; 3] = ["icon_light", "icon_dark", "entryModule"];

/// The span and message for an error of the JSON parser at `span`.
///
/// The span differs from the parser's where authors see the mistake elsewhere: `01` is one number, and an unclosed
/// object is underlined at its opening bracket only.
pub(in crate::rules) fn parse_error_message(
    text: &str,
    span: &Range<usize>,
    kind: &ParseErrorKind,
) -> (Range<usize>, SyntaxMessage) {
    let is_digit = |char: char| char.is_ascii_digit();
    let rest = &text[span.start..];
    match kind {
        UnterminatedObject | UnterminatedArray => {
            (span.start..span.start + 1, generic_message(kind).into())
        }
        NonFiniteNumbersNotAllowed | UnexpectedWord | UnexpectedToken
            if is_non_finite(text, span.start) =>
        {
            (span.clone(), non_finite_message(text, span.start))
        }
        NonFiniteNumbersNotAllowed => (span.clone(), unquoted_word_message(text, span.start)),
        UnexpectedWord | UnexpectedToken if rest.starts_with(char::is_alphabetic) => {
            (span.clone(), unquoted_word_message(text, span.start))
        }
        ExpectedComma if text[..span.start].ends_with('0') && rest.starts_with(is_digit) => {
            let start = text[..span.start].trim_end_matches(is_digit).len();
            let end = text.len() - rest.trim_start_matches(is_digit).len();
            let message = (
                "a number in JSON cannot start with `0`",
                "remove the zero, or put the value in double quotes if it is text",
            );
            (start..end, message.into())
        }
        String(
            ParseStringErrorKind::InvalidEscape
            | ParseStringErrorKind::InvalidEscapeInDoubleQuoteString,
        ) => (span.clone(), invalid_escape_message(text, span.start)),
        _ => unquoted_number_message(text, span.start)
            .unwrap_or_else(|| (span.clone(), generic_message(kind).into())),
    }
}

/// The span and message for a text without quotes that starts with a digit, such as a version.
fn unquoted_number_message(text: &str, at: usize) -> Option<(Range<usize>, SyntaxMessage)> {
    let is_part = |char: char| char.is_ascii_alphanumeric() || ".+-_".contains(char);
    let start = text[..at].trim_end_matches(is_part).len();
    let value: std::string::String = text[start..]
        .chars()
        .take_while(|char| is_part(*char))
        .collect();
    let key = key_before(text, start)?;
    let is_text = fields_named(key).any(|field| matches!(field.kind, FieldKind::Text));
    let message = SyntaxMessage {
        message: "this text has no double quotes".to_owned(),
        help: format!(
            "write {}",
            quote_source(&format!("\"{key}\": {}", json_text(&value)))
        ),
    };
    let is_number_like = value.starts_with(|char: char| char.is_ascii_digit());
    (is_text && is_number_like).then(|| (start..start + value.len(), message))
}

/// The words of JavaScript for numbers that JSON does not have.
const NON_FINITE: [&str; 2] = ["NaN", "Infinity"];

/// Whether one of [`NON_FINITE`] is at `at`, maybe after a sign, and not meant as text.
fn is_non_finite(text: &str, at: usize) -> bool {
    let field = key_before(text, at).and_then(|key| fields_named(key).next());
    let is_text =
        field.is_some_and(|field| matches!(field.kind, FieldKind::Text | FieldKind::OneOf(_)));
    let word = word_at(text[at..].trim_start_matches(['-', '+']));
    !is_text && NON_FINITE.contains(&word)
}

/// The word at the start of the text.
fn word_at(text: &str) -> &str {
    let end = text.find(|char: char| !char.is_alphanumeric() && char != '_');
    &text[..end.unwrap_or(text.len())]
}

fn non_finite_message(text: &str, at: usize) -> SyntaxMessage {
    let is_nan = text[at..]
        .trim_start_matches(['-', '+'])
        .starts_with(NON_FINITE[0]);
    let word = if is_nan { NON_FINITE[0] } else { NON_FINITE[1] };
    let field = key_before(text, at).and_then(|key| fields_named(key).next());
    SyntaxMessage {
        message: format!("JSON has no `{word}`"),
        help: match field {
            Some(field) if !field.required => "write a number, or leave the field out".to_owned(),
            _ => "write a number".to_owned(),
        },
    }
}

/// The message for a word without quotes at `at`: a keyword of another language, such as `None`, or text.
fn unquoted_word_message(text: &str, at: usize) -> SyntaxMessage {
    let word = word_at(&text[at..]);
    let field = key_before(text, at).and_then(|key| fields_named(key).next());
    let value = text[at..]
        .split([',', '}', ']', '\n', '"'])
        .next()
        .unwrap_or_default()
        .trim_end();
    let is_null = ["none", "nil", "undefined", "null"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(word));
    let lower = word.to_ascii_lowercase();
    let help = match field {
        Some(field) if is_null && !field.required => {
            format!("leave the field out, or write `{}`", field.example)
        }
        Some(Field {
            kind: FieldKind::Text | FieldKind::OneOf(_),
            example,
            key,
            ..
        }) => {
            let written = match is_null {
                true => format!("`{example}`"),
                false => quote_source(&format!("\"{key}\": {}", json_text(value))),
            };
            format!("`{key}` is text, which needs double quotes: write {written}")
        }
        _ if matches!(lower.as_str(), "true" | "false") => {
            format!("write `{lower}` in lowercase")
        }
        _ if is_null => "write `null`".to_owned(),
        _ => "put text in double quotes; only `true`, `false` and `null` are written without them"
            .to_owned(),
    };
    SyntaxMessage {
        message: "this word is not valid JSON".to_owned(),
        help,
    }
}

/// The message for the backslash at `at`, which starts no escape sequence: in a path, it should be a slash.
fn invalid_escape_message(text: &str, at: usize) -> SyntaxMessage {
    let (message, help) = string_error_message(&ParseStringErrorKind::InvalidEscape);
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
    SyntaxMessage {
        message: message.to_owned(),
        help: match path {
            Some(path) => format!("write {}: paths use `/` on every system", quote(&path)),
            None => help.to_owned(),
        },
    }
}

/// The key whose value starts at `at`.
fn key_before(text: &str, at: usize) -> Option<&str> {
    let before = text[..at].trim_end().strip_suffix(':')?.trim_end();
    let (_, key) = before.strip_suffix('"')?.rsplit_once('"')?;
    Some(key)
}

/// The message and help for a kind of error, regardless of the text around it.
const fn generic_message(kind: &ParseErrorKind) -> (&'static str, &'static str) {
    match kind {
        ExpectedComma => (
            "a comma is missing here",
            "add a `,` between the two values",
        ),
        ExpectedColonAfterObjectKey => (
            "a colon is missing after this key",
            "write `\"key\": value`",
        ),
        ExpectedObjectValue => (
            "a value is missing after this key",
            "write `\"key\": value`",
        ),
        ExpectedStringObjectProperty => {
            ("a key must be in double quotes", "write `\"key\": value`")
        }
        SingleQuotedStringsNotAllowed => (
            "text must be in double quotes",
            "replace both `'` with `\"`",
        ),
        MultipleRootJsonValues => (
            "unexpected text after the end of the manifest",
            "remove it, or look for a bracket that closes too early",
        ),
        UnterminatedObject => ("this `{` is never closed", "add the missing `}`"),
        UnterminatedArray => ("this `[` is never closed", "add the missing `]`"),
        UnterminatedCommentBlock => ("this comment is never closed", "remove the comment"),
        UnexpectedCloseBrace => (
            "this `}` has no matching `{`",
            "remove it, or add the missing `{`",
        ),
        UnexpectedCloseBracket => (
            "this `]` has no matching `[`",
            "remove it, or add the missing `[`",
        ),
        UnexpectedComma => ("there is no value before this comma", "remove the comma"),
        UnexpectedColon => (
            "unexpected colon",
            "remove it: a colon only separates a key from its value",
        ),
        UnexpectedTokenInObject => (
            "expected a key here",
            "write `\"key\": value` pairs between `{` and `}`, separated by commas",
        ),
        NestingDepthExceeded => ("the brackets are nested too deeply", "close some of them"),
        String(kind) => string_error_message(kind),
        BareDecimalPointNumbersNotAllowed
        | ExpectedDigit
        | ExpectedDigitFollowingNegativeSign
        | ExpectedPlusMinusOrDigitInNumberLiteral
        | HexadecimalNumbersNotAllowed
        | UnaryPlusNumbersNotAllowed => (
            "this is not a valid JSON number",
            "write it like `12`, `-0.5` or `1e3`",
        ),
        // `UnexpectedToken`. The other kinds do not occur, and a feature of the parser that is off adds one more.
        _ => (
            "unexpected character",
            "remove it, or put text in double quotes",
        ),
    }
}

const fn string_error_message(kind: &ParseStringErrorKind) -> (&'static str, &'static str) {
    use ParseStringErrorKind::*;
    match kind {
        UnterminatedStringLiteral => UNTERMINATED_STRING,
        InvalidUnicodeEscapeSequence(_) => (
            "this escape is only one half of a surrogate pair",
            "write the character itself, or remove the escape",
        ),
        ExpectedFourHexDigits => (
            "`\\u` needs four hexadecimal digits",
            "write it like `\\u00e4`, or write the character itself",
        ),
        InvalidEscape
        | InvalidEscapeInDoubleQuoteString
        | InvalidEscapeInSingleQuoteString
        | ExpectedTwoHexDigits => (
            "JSON has no such escape sequence",
            "write `\\\\` for a backslash",
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::{ProjectFacts, check};

    #[test]
    fn help_is_specific_to_the_field() {
        for (source, covered, help) in [
            (r#"{ "version": -007 }"#, "007", "remove the zero"),
            (r#"{ "name": None }"#, "None", r#""name": "My plugin""#),
            (r#"{ "homepage": None }"#, "None", "leave the field out"),
            (r#"{ "default": True }"#, "True", "write `true`"),
            (r#"{ "x": nil }"#, "nil", "write `null`"),
            (r#"{ "x": kg }"#, "kg", "double quotes"),
            (
                r#"{ "name": Fuel check, "id": 1 }"#,
                "Fuel",
                r#"write `"name": "Fuel check"`"#,
            ),
            (
                r#"{ "version": 1.2.3-beta, "id": 1 }"#,
                "1.2.3-beta",
                r#"write `"version": "1.2.3-beta"`"#,
            ),
            (r#"{ "max": NaN }"#, "NaN", "leave the field out"),
            (r#"{ "type": NaN }"#, "NaN", r#"write `"type": "NaN"`"#),
            (
                r#"{ "name": Infinity Airways, "id": 1 }"#,
                "Infinity",
                r#"write `"name": "Infinity Airways"`"#,
            ),
            (r#"{ "max": NaNo }"#, "NaN", "put text in double quotes"),
            (r#"{ "max": -Infinity }"#, "Infinity", "write a number"),
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
            let actual = found.help.as_deref().unwrap();
            assert!(actual.contains(help), "{source}: {actual}");
            assert!(
                source[found.span.clone()].contains(covered),
                "{source}: {:?}",
                found.span
            );
        }
    }
}
