use crate::{context::svg_icons, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for SVG icons whose root element has no `xmlns="http://www.w3.org/2000/svg"`.
    ///
    /// ## Why is this bad?
    ///
    /// Without the namespace, the file is plain XML, and browsers do not draw it as an image. Only inside of a web page
    /// does an SVG work without it, so icons copied from web pages often lack it.
    ///
    /// ## Example
    ///
    /// ```text
    /// icon-light.svg          <svg viewBox="0 0 64 64">...</svg>
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// icon-light.svg          <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">...</svg>
    /// ```
    "svg-without-namespace" {
        summary: "an SVG icon has no SVG namespace",
        group: Suspicious,
        stage: Project,
        source: Observed,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (icon, svg) in svg_icons(cx).filter(|(_, svg)| !svg.has_namespace) {
        out.push(
            icon.icon_finding(cx, "has no SVG namespace")
            .note("browsers do not draw it as an image")
            .help(match svg.has_other_namespace {
                true => "change the `xmlns` of the `<svg>` tag to `xmlns=\"http://www.w3.org/2000/svg\"`",
                false => "add `xmlns=\"http://www.w3.org/2000/svg\"` to the `<svg>` tag",
            }),
        );
    }
}
