//! A manifest file after decoding and parsing.

use std::ops::Range;

use jsonc_parser::ast::Value;

use crate::syntax::{
    ast::{find_text, shift},
    decode::decode,
    error::{ParseError, ParseErrorKind},
    lone_surrogate::{lone_surrogates, rebase, replace_surrogates},
    parser::parse,
};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// A manifest file, decoded and parsed as far as possible.
///
/// The checks, the collection of [`ProjectFacts`](crate::ProjectFacts), the fixes and the macro share one, so that a file
/// is parsed once.
#[derive(Debug)]
pub struct ParsedManifest<'s> {
    /// The bytes of the file.
    pub(crate) source: &'s [u8],
    /// The decoded text, at the same offsets as in `source`; empty if the file is not UTF-8 or too large.
    pub(crate) text: &'s str,
    /// The outermost value; `None` if the parser could not recover from an error.
    pub(crate) root: Option<Value<'s>>,
    /// The errors of decoding and parsing, in the order of the file; empty if the file is JSON.
    pub(crate) errors: Vec<ParseError>,
    /// The spans of the escapes of lone surrogates, which are JSON; the tree has U+FFFD in their place.
    pub(crate) lone_surrogates: Vec<Range<usize>>,
}

impl<'s> ParsedManifest<'s> {
    /// Decodes and parses the bytes of a file.
    pub fn parse(source: &'s [u8]) -> Self {
        let text = match decode(source) {
            Ok(text) => text,
            Err(error) => {
                return Self {
                    source,
                    text: "",
                    root: None,
                    errors: vec![error],
                    lone_surrogates: Vec::new(),
                };
            }
        };
        let lone_surrogates = lone_surrogates(text);
        let (root, errors) = match lone_surrogates.is_empty() {
            true => parse_marked(text),
            false => {
                let replaced = replace_surrogates(text, &lone_surrogates);
                let (root, errors) = parse_marked(&replaced);
                (root.map(|root| rebase(root, text)), errors)
            }
        };
        Self {
            source,
            text,
            root,
            errors,
            lone_surrogates,
        }
    }

    /// The plugin's `id` as the file has it, valid or not; `None` if it is missing or not a string.
    pub fn id(&self) -> Option<&str> {
        self.find_text("id")
    }

    /// The plugin's `version` as the file has it, valid or not; `None` if it is missing or not a string.
    pub fn version(&self) -> Option<&str> {
        self.find_text("version")
    }

    fn find_text(&self, key: &str) -> Option<&str> {
        find_text(self.root.as_ref()?.as_object()?, key)
    }
}

/// Parses a text with or without a byte order mark.
fn parse_marked(text: &str) -> (Option<Value<'_>>, Vec<ParseError>) {
    match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => parse_after_mark(rest),
        None => parse(text),
    }
}

/// Parses the text after a byte order mark. The spans are offsets in the file, including the mark.
fn parse_after_mark(rest: &str) -> (Option<Value<'_>>, Vec<ParseError>) {
    let len = BYTE_ORDER_MARK.len_utf8();
    let (mut root, syntax_errors) = parse(rest);
    if let Some(root) = &mut root {
        shift(root, len);
    }
    let mut errors = vec![ParseError {
        span: 0..len,
        kind: ParseErrorKind::ByteOrderMark,
    }];
    errors.extend(syntax_errors.into_iter().map(|error| ParseError {
        span: error.span.start + len..error.span.end + len,
        ..error
    }));
    (root, errors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{find, span};

    #[test]
    fn the_id_is_found_despite_other_errors() {
        for (source, expected) in [
            (&br#"{ "id": "a" }"#[..], Some("a")),
            (b"\xef\xbb\xbf{ \"id\": \"a\", } // why", Some("a")),
            (br#"{ "id": "a", "id": "\u0062" }"#, Some("b")),
            (br#"{ "id": 1 }"#, None),
            (br#"["id"]"#, None),
            (b"{ \"id\"", None),
            (b"\xff", None),
        ] {
            assert_eq!(ParsedManifest::parse(source).id(), expected, "{source:?}");
        }
    }

    #[test]
    fn spans_count_the_byte_order_mark() {
        let source = "\u{feff}{ \"a\": [{ \"b\": null, \"c\": true }, 1.5, \"x\",] }";
        let manifest = ParsedManifest::parse(source.as_bytes());
        let [mark, comma] = &manifest.errors[..] else {
            panic!("{manifest:?}");
        };
        assert_eq!(
            (mark.span.clone(), &source[comma.span.clone()]),
            (0..3, ",")
        );
        let root = manifest.root.unwrap();
        let object = root.as_object().unwrap();
        let property = find(object, "a").unwrap();
        assert_eq!(&source[span(&property.name)], "\"a\"");
        let texts = property.value.as_array().unwrap().elements.iter();
        let texts: Vec<_> = texts.map(|element| &source[span(element)]).collect();
        assert_eq!(texts, ["{ \"b\": null, \"c\": true }", "1.5", "\"x\""]);
    }
}
