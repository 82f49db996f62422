use crate::{
    context::RuleContext, diagnostic::Findings, rule::declare_rule,
    rules::findings::svg_content_findings,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds SVG icons that refer to other files: pictures, style sheets, fonts and links, in attributes as well as in
    /// styles. `#names` in the same file and PNG or JPEG pictures within it are fine.
    ///
    /// ## Why is this bad?
    ///
    /// An SVG that is drawn as a picture loads nothing, so that part of the icon is missing. Where it does load, each
    /// pilot's shell tells somebody else's server that the plugin is there, and the picture can be changed after
    /// review.
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
        summary: "an SVG icon refers to something outside of it",
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
        "refers to something outside of it",
        "draw it in the file itself, and refer to it by `#name`",
    ));
}
