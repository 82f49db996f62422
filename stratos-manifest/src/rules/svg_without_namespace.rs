use crate::{
    context::{RuleContext, icons_with_content},
    diagnostic::Findings,
    facts::Image,
    quote::quote,
    reading::span,
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds SVG icons whose outermost element has no `xmlns="http://www.w3.org/2000/svg"`.
    ///
    /// ## Why is this bad?
    ///
    /// Without it, the file is XML of no known kind, and a browser draws nothing where it is used as a picture. It
    /// works only where the text is put into a page, so that such icons are often copied from there.
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
        summary: "an SVG icon does not say that it is SVG",
        group: Suspicious,
        stage: Project,
        source: Observed,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (icon, fact) in icons_with_content(cx) {
        let Image::Svg(svg) = &fact.image else {
            continue;
        };
        if svg.has_namespace {
            continue;
        }
        out.push(
            cx.finding(
                span(icon.literal),
                format!(
                    "the icon {} does not say that it is SVG",
                    quote(&icon.literal.value)
                ),
            )
            .note("browsers draw nothing where it is used as a picture")
            .help(match svg.has_other_namespace {
                true => "change the `xmlns` of the `<svg>` tag to `xmlns=\"http://www.w3.org/2000/svg\"`",
                false => "add `xmlns=\"http://www.w3.org/2000/svg\"` to the `<svg>` tag",
            }),
        );
    }
}
