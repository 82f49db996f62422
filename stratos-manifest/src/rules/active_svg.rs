use crate::{
    context::RuleContext, diagnostic::Findings, rule::declare_rule,
    rules::findings::svg_content_findings,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds SVG icons with something in them that runs: scripts, `on...` attributes, `foreignObject`, `javascript:`
    /// links, and animations that change a link.
    ///
    /// ## Why is this bad?
    ///
    /// An icon is a picture. Drawn as one, its scripts do not run and are dead weight; if a shell puts it into its
    /// page, they run with all that the page may do. Stores refuse such icons, and whoever reviews a plugin will ask.
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
        summary: "an SVG icon has something in it that runs",
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
        "has something in it that can run code, or embed a page",
        "remove it: an icon is only a picture, and is drawn without its scripts at best",
    ));
}
