//! Bytes to text to syntax tree; what goes wrong on the way is kept as [`Fault`]s, which rules put into words.

mod decode;
mod depth;
mod fault;
mod syntax;
mod tree;

pub use self::{decode::MAX_BYTES, depth::MAX_DEPTH};
pub(crate) use self::{
    decode::decode,
    fault::{Fault, SyntaxFault},
    syntax::parse,
    tree::{article, find, head, key_path, key_text, span},
};
