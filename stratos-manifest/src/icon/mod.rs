//! What an icon's bytes are, told without decoding any pixels and without following any reference.

mod css;
mod inspect;
mod png;
mod svg;
mod svg_copies;
mod svg_dangers;
mod svg_limits;

pub(crate) use self::inspect::{MAX_ICON_BYTES, inspect};
