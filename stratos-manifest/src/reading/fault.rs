//! What can be wrong with the file itself.

use std::ops::Range;

use jsonc_parser::errors::ParseError;

/// Something that keeps the file from being one JSON text in UTF-8.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The file has more than [`MAX_BYTES`](crate::MAX_BYTES).
    TooLarge,
    /// Every other byte is zero, or the file says so with its first two.
    Utf16,
    /// Three of four bytes are zero, or the file says so with its first four.
    Utf32,
    /// The bytes from here are not UTF-8.
    NotUtf8 { at: usize },
    /// The file starts with the mark that some Windows editors write.
    ByteOrderMark,
    /// The bracket at this place opens one level too many.
    TooDeep { at: usize },
    /// A comment.
    Comment { span: Range<usize> },
    /// A comma that nothing follows.
    TrailingComma { span: Range<usize> },
    /// Anything else that JSON does not have.
    Syntax {
        span: Range<usize>,
        fault: SyntaxFault,
    },
}

/// What is wrong with the syntax.
#[derive(Debug)]
pub(crate) enum SyntaxFault {
    /// There is no value at all.
    Empty,
    /// The parser stopped here.
    Parser(ParseError),
    /// This text goes on behind the end of its line, and the parser was lost soon after.
    UnclosedText,
    /// A character inside a text that has to be escaped.
    Control(char),
    /// A character between values that looks like a space and is none for JSON.
    Space(char),
    /// The strict parser refuses it, in its own words.
    Refused(String),
}
