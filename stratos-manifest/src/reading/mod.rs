//! Bytes to text to syntax tree; what goes wrong on the way is kept as [`Fault`]s, which rules put into words.

mod decode;
mod depth;
mod fault;
mod json;
mod syntax;
mod tree;

pub use self::{decode::MAX_BYTES, depth::MAX_DEPTH};
pub(crate) use self::{
    decode::decode,
    fault::{Fault, SyntaxFault},
    json::{is_blank, to_f64, to_json},
    syntax::parse,
    tree::{article, find, head, key_path, key_text, span, string_value},
};
