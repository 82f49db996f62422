//! Errors of decoding and parsing.

use std::ops::Range;

use jsonc_parser::errors::ParseError as JsoncError;

/// An error of decoding or parsing: the file is not one JSON text in UTF-8.
///
/// A file can have several, because parsing goes on after a byte order mark, a comment, a trailing comma, and a
/// character that has to be escaped.
#[derive(Debug)]
pub(crate) struct ParseError {
    /// The bytes of the file that are wrong.
    pub(crate) span: Range<usize>,
    pub(crate) kind: ParseErrorKind,
}

/// The kind of a [`ParseError`].
#[derive(Debug)]
pub(crate) enum ParseErrorKind {
    /// The file has more than [`MAX_BYTES`](crate::MAX_BYTES); nothing of it was decoded.
    TooLarge,
    /// The file is encoded as UTF-16.
    Utf16,
    /// The file is encoded as UTF-32.
    Utf32,
    /// The byte at the span is not UTF-8.
    NotUtf8,
    /// The file starts with the byte order mark of UTF-8, which `JSON.parse` rejects.
    ByteOrderMark,
    /// The bracket at the span exceeds [`MAX_DEPTH`](crate::MAX_DEPTH).
    TooDeep,
    /// A comment, which JSON does not have.
    Comment,
    /// A comma before a closing bracket.
    TrailingComma,
    /// Any other syntax that JSON does not have.
    Syntax(SyntaxError),
}

/// A violation of the JSON grammar.
#[derive(Debug)]
pub(crate) enum SyntaxError {
    /// The file holds no value.
    Empty,
    /// The error at which the parser stopped.
    Parser(JsoncError),
    /// A string without a closing quote on its line; the parser notices it on a later line only.
    UnclosedString,
    /// A character inside a string that JSON wants escaped.
    UnescapedControl(char),
    /// White space of Unicode between two tokens that is none in JSON.
    NonJsonWhitespace(char),
    /// A file that the lenient parser accepts and `serde_json` rejects, with the message of `serde_json`.
    Rejected(String),
}
