//! What the rules about what is in an SVG have in common.

use crate::{
    diagnostic::Diagnostic,
    facts::{Image, InSvg, Svg},
    quote::{all, quote},
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
        let path = quote(&icon.literal.value);
        let file = icon
            .standing(cx)
            .map_or_else(|| path.clone(), |standing| quote(standing.place));
        let lines: Vec<_> = found.lines.iter().map(u32::to_string).collect();
        let lines = match lines.as_slice() {
            [only] => format!("line {only}"),
            lines => format!("lines {}", all(lines)),
        };
        let first = quote(&found.what);
        let more = match found.count - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let why = match found.why {
            "" => String::new(),
            why => format!(", which {why}"),
        };
        Some(
            cx.finding(span(icon.literal), format!("the icon {path} {what}"))
                .note(format!("on {lines} of {file}: {first}{why}{more}"))
                .help(help),
        )
    })
}
