use crate::{
    context::{RuleContext, icons_with_content},
    diagnostic::Findings,
    icon::IconContent,
    quote::quote,
    rule::declare_rule,
    syntax::span,
};

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
    for (icon, fact) in icons_with_content(cx) {
        let IconContent::Svg(svg) = &fact.content else {
            continue;
        };
        if svg.has_namespace {
            continue;
        }
        out.push(
            cx.finding(
                span(icon.literal),
                format!(
                    "the icon {} has no SVG namespace",
                    quote(&icon.literal.value)
                ),
            )
            .note("browsers do not draw it as an image")
            .help(match svg.has_other_namespace {
                true => "change the `xmlns` of the `<svg>` tag to `xmlns=\"http://www.w3.org/2000/svg\"`",
                false => "add `xmlns=\"http://www.w3.org/2000/svg\"` to the `<svg>` tag",
            }),
        );
    }
}
