//! The parser: text to syntax tree, with all deviations from JSON.

use std::ops::Range;

use jsonc_parser::{
    CollectOptions, CommentCollectionStrategy, ParseOptions,
    ast::Value,
    parse_to_ast,
    tokens::{Token, TokenAndRange},
};
use serde::de::IgnoredAny;

use crate::syntax::{
    ast::span,
    error::{ParseError, ParseErrorKind, SyntaxError},
    nesting::first_too_deep,
    scanner::{Lexeme, lexemes},
};

/// The options of the parser: strict JSON, except that it goes on after comments and trailing commas. They are reported
/// as errors, and the rest of the file is still checked.
const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Parses `text` into a syntax tree and a list of errors. There is no tree if an error stopped the parser, and `text` is
/// JSON if there are no errors.
pub(super) fn parse(text: &str) -> (Option<Value<'_>>, Vec<ParseError>) {
    if let Some(at) = first_too_deep(text) {
        return (None, vec![error(at..at + 1, ParseErrorKind::TooDeep)]);
    }
    let collect = CollectOptions {
        comments: CommentCollectionStrategy::AsTokens,
        tokens: true,
    };
    let parsed = match parse_to_ast(text, &collect, &OPTIONS) {
        Ok(parsed) => parsed,
        Err(stopped) => {
            let span = span(&stopped.range());
            let error = match unclosed_string(&text[..span.start]) {
                Some(unclosed) => syntax_error(unclosed, SyntaxError::UnclosedString),
                None => syntax_error(span, SyntaxError::Parser(stopped)),
            };
            return (None, vec![error]);
        }
    };
    let Some(value) = parsed.value else {
        return (None, vec![syntax_error(0..text.len(), SyntaxError::Empty)]);
    };
    let mut errors = token_errors(text, &parsed.tokens.unwrap_or_default());
    if errors.is_empty()
        && let Err(rejected) = serde_json::from_str::<IgnoredAny>(text)
    {
        // No such file is known; `serde_json` is asked because the shell's parser is as strict.
        let message = rejected.to_string();
        errors.push(syntax_error(span(&value), SyntaxError::Rejected(message)));
    }
    (Some(value), errors)
}

/// The first string in `before` that does not end on its line.
///
/// If a closing quote is missing, the parser fails after the next quote only, which is on a later line.
fn unclosed_string(before: &str) -> Option<Range<usize>> {
    lexemes(before).find_map(|lexeme| match lexeme {
        Lexeme::String(span) => {
            let line = before[span.clone()].split_once('\n')?.0;
            Some(span.start..span.start + line.trim_end().len())
        }
        Lexeme::Byte(..) => None,
    })
}

/// The errors that did not stop the parser.
fn token_errors(text: &str, tokens: &[TokenAndRange<'_>]) -> Vec<ParseError> {
    let mut errors = Vec::new();
    let mut comma = None;
    let mut end = 0;
    for token in tokens {
        let range = span(token);
        push_odd_whitespace(text, end..range.start, &mut errors);
        end = range.end;
        match token.token {
            Token::CommentLine(_) | Token::CommentBlock(_) => {
                errors.push(error(range, ParseErrorKind::Comment));
                continue;
            }
            Token::CloseBrace | Token::CloseBracket => {
                let trailing = comma.take();
                errors.extend(trailing.map(|span| error(span, ParseErrorKind::TrailingComma)));
            }
            Token::String(_) => push_unescaped_controls(text, range.clone(), &mut errors),
            _ => {}
        }
        comma = matches!(token.token, Token::Comma).then_some(range);
    }
    push_odd_whitespace(text, end..text.len(), &mut errors);
    errors
}

/// Adds an error for each white space in `gap` that JSON does not have; the parser accepts all of Unicode's.
fn push_odd_whitespace(text: &str, gap: Range<usize>, errors: &mut Vec<ParseError>) {
    let start = gap.start;
    for (at, char) in text[gap].char_indices() {
        if !matches!(char, ' ' | '\t' | '\n' | '\r') {
            let span = start + at..start + at + char.len_utf8();
            errors.push(syntax_error(span, SyntaxError::NonJsonWhitespace(char)));
        }
    }
}

/// Adds an error for each control character in the string at `span` that JSON wants escaped; the parser accepts them.
fn push_unescaped_controls(text: &str, span: Range<usize>, errors: &mut Vec<ParseError>) {
    let start = span.start;
    for (at, char) in text[span].char_indices() {
        if char < ' ' {
            let span = start + at..start + at + 1;
            errors.push(syntax_error(span, SyntaxError::UnescapedControl(char)));
        }
    }
}

fn error(span: Range<usize>, kind: ParseErrorKind) -> ParseError {
    ParseError { span, kind }
}

fn syntax_error(span: Range<usize>, error: SyntaxError) -> ParseError {
    self::error(span, ParseErrorKind::Syntax(error))
}
