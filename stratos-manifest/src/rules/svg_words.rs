//! What the rules about what is in an SVG have in common.

use crate::{
    diagnostic::Diagnostic,
    facts::{Image, InSvg, Svg},
    quote::quote,
    reading::span,
    rules::{RuleContext, named_files::named_icons},
};

/// A finding for each SVG icon in which there is such a thing.
pub(super) fn findings<'t>(
    cx: &RuleContext<'t>,
    find: impl Fn(&Svg) -> Option<&InSvg>,
    what: &str,
    help: &str,
) -> impl Iterator<Item = Diagnostic> {
    named_icons(cx).filter_map(move |(icon, fact)| {
        let Image::Svg(svg) = &fact.image else {
            return None;
        };
        let found = find(svg)?;
        let more = match found.count - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        Some(
            cx.finding(
                span(icon.literal),
                format!("the icon {} {what}", quote(&icon.literal.value)),
            )
            .note(format!(
                "in line {}: {}{more}",
                found.line,
                quote(&found.what)
            ))
            .help(help),
        )
    })
}
