use crate::{
    icon::{EMBEDDED_STYLE_SHEET, LINK},
    rules::{findings::svg_content_findings, prelude::*},
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for SVG icons that refer to other files: images, style sheets, fonts and links, in attributes and in
    /// styles. References to `#names` in the same file, and images and fonts in `data:` addresses, are fine.
    ///
    /// ## Why is this bad?
    ///
    /// An SVG that is drawn as an image loads nothing, so part of the icon is missing. Where it does load, the shell of
    /// every pilot contacts a third-party server, and the image can be changed after the review.
    ///
    /// ## Example
    ///
    /// ```text
    /// icon-light.svg          <svg ...><image href="https://example.com/logo.png"/></svg>
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// icon-light.svg          <svg ...><image href="data:image/png;base64,..."/></svg>
    /// ```
    "external-reference-in-svg" {
        summary: "an SVG icon refers to another file",
        group: Suspicious,
        stage: Project,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    out.extend(svg_content_findings(
        cx,
        |svg| svg.external.as_ref(),
        |found| match found.effect {
            LINK => (
                "has a link to another page",
                "remove the link: an icon is only an image",
            ),
            EMBEDDED_STYLE_SHEET => (
                "has a style sheet in a `data:` address",
                "write the style itself into a `<style>` element",
            ),
            _ => (
                "refers to another file",
                "embed it: shapes in the file, to refer to as `#name`, and images and fonts as `data:` addresses",
            ),
        },
    ));
}
