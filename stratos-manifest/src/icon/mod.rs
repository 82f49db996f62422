//! Inspection of icon files, without following references.

mod content;
#[cfg(feature = "full")]
mod css_urls;
#[cfg(feature = "full")]
mod event_handlers;
#[cfg(feature = "full")]
mod inspect;
#[cfg(feature = "full")]
mod png;
#[cfg(feature = "full")]
mod svg;
#[cfg(feature = "full")]
mod svg_limits;
#[cfg(feature = "full")]
mod svg_namespaces;
#[cfg(feature = "full")]
mod svg_security;
#[cfg(feature = "full")]
mod svg_use_expansion;
#[cfg(feature = "full")]
mod url;

pub use self::content::{Doctype, IconContent, Svg, SvgMatches};
#[cfg(feature = "full")]
pub(crate) use self::{
    inspect::{MAX_ICON_BYTES, inspect},
    svg_security::{EMBEDDED_STYLE_SHEET, LINK},
};
