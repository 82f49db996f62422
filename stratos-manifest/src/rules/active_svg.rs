use crate::rules::{findings::svg_content_findings, prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for SVG icons with active content: scripts, event handlers such as `onclick`, `foreignObject`,
    /// `javascript:` links, SVGs in `data:` addresses that are not drawn as an image, and animations that change a link.
    ///
    /// ## Why is this bad?
    ///
    /// An icon is only an image. A shell that draws it as an image does not run its scripts; a shell that inserts it
    /// into its page runs them with the permissions of the page. Plugin stores refuse such icons.
    ///
    /// ## Example
    ///
    /// ```text
    /// icon-light.svg          <svg ...><script>...</script><path onclick="..." d="..."/></svg>
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// icon-light.svg          <svg ...><path d="..."/></svg>
    /// ```
    "active-svg" {
        summary: "an SVG icon has active content",
        group: Suspicious,
        stage: Project,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    out.extend(svg_content_findings(
        cx,
        |svg| svg.active.as_ref(),
        |_| {
            (
                "has active content, which can run code or embed a page",
                "remove it: an icon is only an image",
            )
        },
    ));
}
