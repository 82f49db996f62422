//! Findings about the content of SVG icons.

use crate::{
    context::{RuleContext, svg_icons},
    diagnostic::Diagnostic,
    icon::{Svg, SvgMatches},
    quote::{join_and, quote},
};

/// A finding for each SVG icon with the content that `content` selects; `describe` gives the predicate that completes the
/// message "the icon `icon.svg` ...", and the help.
pub(in crate::rules) fn svg_content_findings<'t>(
    cx: &RuleContext<'t>,
    content: impl Fn(&Svg) -> Option<&SvgMatches>,
    describe: impl Fn(&SvgMatches) -> (&'static str, &'static str),
) -> impl Iterator<Item = Diagnostic> {
    svg_icons(cx).filter_map(move |(icon, svg)| {
        let found = content(svg)?;
        let file = icon
            .resolve(cx)
            .map_or_else(|| quote(&icon.literal.value), |file| quote(file.path));
        let lines: Vec<_> = found.lines.iter().map(u32::to_string).collect();
        let lines = match lines.as_slice() {
            [only] => format!("line {only}"),
            lines => format!("lines {}", join_and(lines)),
        };
        let first = quote(&found.first);
        let more = match found.count - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let why = match found.effect {
            "" => String::new(),
            why => format!(", which {why}"),
        };
        let (predicate, help) = describe(found);
        Some(
            icon.icon_finding(cx, predicate)
                .note(format!("on {lines} of {file}: {first}{why}{more}"))
                .help(help),
        )
    })
}
