//! Text to syntax tree.

use std::ops::Range;

use jsonc_parser::{
    CollectOptions, CommentCollectionStrategy, ParseOptions,
    ast::Value,
    parse_to_ast,
    tokens::{Token, TokenAndRange},
};
use serde::de::IgnoredAny;

use crate::reading::{
    Fault, SyntaxFault,
    depth::first_too_deep,
    pieces::{Piece, pieces},
    tree::span,
};

/// Nothing but JSON, except that comments and trailing commas do not stop the parser: they are faults all the same,
/// but people who write them should hear about the rest of their file, too.
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

/// The tree, if there is one, and what keeps `text` from being JSON.
pub(crate) fn parse(text: &str) -> (Option<Value<'_>>, Vec<Fault>) {
    if let Some(at) = first_too_deep(text) {
        return (None, vec![Fault::TooDeep { at }]);
    }
    let collect = CollectOptions {
        comments: CommentCollectionStrategy::AsTokens,
        tokens: true,
    };
    let parsed = match parse_to_ast(text, &collect, &OPTIONS) {
        Ok(parsed) => parsed,
        Err(error) => {
            let span = span(&error.range());
            let fault = match unclosed_text(&text[..span.start]) {
                Some(unclosed) => syntax(unclosed, SyntaxFault::UnclosedText),
                None => syntax(span, SyntaxFault::Parser(error)),
            };
            return (None, vec![fault]);
        }
    };
    let Some(value) = parsed.value else {
        return (None, vec![syntax(0..text.len(), SyntaxFault::Empty)]);
    };
    let mut faults = token_faults(text, &parsed.tokens.unwrap_or_default());
    if faults.is_empty()
        && let Err(error) = serde_json::from_str::<IgnoredAny>(text)
    {
        // Nothing is known that gets here; the shell's parser has the last word nevertheless.
        faults.push(syntax(
            span(&value),
            SyntaxFault::Refused(error.to_string()),
        ));
    }
    (Some(value), faults)
}

/// The first text in `before` that does not end on its line: where a closing quote is missing, a parser only notices
/// behind the next quote, on another line.
fn unclosed_text(before: &str) -> Option<Range<usize>> {
    pieces(before).find_map(|piece| match piece {
        Piece::Text(span) => {
            let line = before[span.clone()].split_once('\n')?.0;
            Some(span.start..span.start + line.trim_end().len())
        }
        Piece::Byte(..) => None,
    })
}

fn token_faults(text: &str, tokens: &[TokenAndRange<'_>]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut comma = None;
    let mut end = 0;
    for token in tokens {
        let range = span(token);
        odd_spaces(text, end..range.start, &mut faults);
        end = range.end;
        match token.token {
            Token::CommentLine(_) | Token::CommentBlock(_) => {
                faults.push(Fault::Comment { span: range });
                continue;
            }
            Token::CloseBrace | Token::CloseBracket => {
                faults.extend(comma.take().map(|span| Fault::TrailingComma { span }));
            }
            Token::String(_) => control_characters(text, range.clone(), &mut faults),
            _ => {}
        }
        comma = matches!(token.token, Token::Comma).then_some(range);
    }
    odd_spaces(text, end..text.len(), &mut faults);
    faults
}

/// The parser takes whatever Unicode calls white space; JSON has four characters of it.
fn odd_spaces(text: &str, gap: Range<usize>, faults: &mut Vec<Fault>) {
    let start = gap.start;
    for (at, char) in text[gap].char_indices() {
        if !matches!(char, ' ' | '\t' | '\n' | '\r') {
            let at = start + at;
            faults.push(syntax(at..at + char.len_utf8(), SyntaxFault::Space(char)));
        }
    }
}

/// The parser takes line breaks and the like inside a text; JSON wants them escaped.
fn control_characters(text: &str, string: Range<usize>, faults: &mut Vec<Fault>) {
    let start = string.start;
    for (at, char) in text[string].char_indices() {
        if char < ' ' {
            let at = start + at;
            faults.push(syntax(at..at + 1, SyntaxFault::Control(char)));
        }
    }
}

fn syntax(span: Range<usize>, fault: SyntaxFault) -> Fault {
    Fault::Syntax { span, fault }
}
