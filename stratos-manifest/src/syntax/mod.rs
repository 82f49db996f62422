//! The bottom layer: bytes are decoded, scanned and parsed into a syntax tree with byte spans.

mod ast;
mod decode;
mod error;
mod javascript;
mod key_path;
mod lone_surrogate;
mod nesting;
mod parsed_manifest;
mod parser;
mod scanner;
mod unicode_escape;

#[cfg(feature = "full")]
pub(crate) use self::key_path::are_all_below;
pub(crate) use self::{
    ast::{as_text, describe_kind, elements, find, find_text, head_span, span},
    error::{ParseError, ParseErrorKind, SyntaxError},
    javascript::{is_blank, json_text, to_f64, to_json},
    key_path::{LIST_SEPARATOR, key_path},
    unicode_escape::UnicodeEscape,
};
pub use self::{decode::MAX_BYTES, nesting::MAX_DEPTH, parsed_manifest::ParsedManifest};
