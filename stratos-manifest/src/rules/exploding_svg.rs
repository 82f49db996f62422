use crate::{context::svg_icons, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for SVG icons whose `<use>` elements expand to more than 10,000 elements.
    ///
    /// ## Why is this bad?
    ///
    /// Ten copies of ten copies, and so on, make a small file that keeps a renderer busy for hours. The limit is our
    /// own, and far above what an icon needs.
    ///
    /// ## Example
    ///
    /// ```text
    /// icon-light.svg          <g id="a"><use href="#b"/><use href="#b"/> ...</g>
    ///                         <g id="b"><use href="#c"/><use href="#c"/> ...</g> ...
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// icon-light.svg          <g id="a"><path d="..."/></g>
    ///                         <use href="#a" x="8"/>
    /// ```
    "exploding-svg" {
        summary: "an SVG icon expands to very many elements",
        group: Suspicious,
        stage: Project,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (icon, svg) in svg_icons(cx) {
        if svg.explodes {
            out.push(
                icon.icon_finding(cx, "expands to more than 10,000 elements")
                .note("its `<use>` elements copy elements that contain `<use>` elements themselves")
                .help("draw the shapes directly, or copy them with a single level of `<use>`"),
            );
        }
    }
}
