//! The namespaces whose elements a browser draws or runs.

pub(super) const SVG: &str = "http://www.w3.org/2000/svg";

pub(super) const XHTML: &str = "http://www.w3.org/1999/xhtml";
