//! Bytes to text to syntax tree; what goes wrong on the way is kept as [`Fault`]s, which rules put into words.

mod decode;
mod depth;
mod fault;
mod json;
mod key_path;
mod pieces;
mod syntax;
mod tree;

#[cfg(feature = "full")]
pub(crate) use self::key_path::{are_among, is_at_or_below};
pub use self::{decode::MAX_BYTES, depth::MAX_DEPTH};
pub(crate) use self::{
    decode::decode,
    fault::{Fault, SyntaxFault},
    json::{is_blank, json_text, to_f64, to_json},
    key_path::{PLACES, key_path},
    syntax::parse,
    tree::{article, find, head, key_text, span, string_value},
};
