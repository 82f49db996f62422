use crate::{
    context::{RuleContext, icons_with_content},
    diagnostic::Findings,
    icon::{Doctype, IconContent},
    quote::quote,
    rule::declare_rule,
    syntax::span,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for SVG icons with a document type declaration, `<!DOCTYPE ...>`.
    ///
    /// ## Why is this bad?
    ///
    /// Drawing an SVG needs no document type. Declarations in it can make a small file expand to gigabytes, or read
    /// other files, so careful parsers refuse files that have one. This linter does not check the rest of a file that
    /// declares entities or attributes.
    ///
    /// ## Example
    ///
    /// ```text
    /// icon-light.svg          <!DOCTYPE svg [<!ENTITY a "...">]>
    ///                         <svg ...>&a;</svg>
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// icon-light.svg          <svg ...>...</svg>
    /// ```
    "doctype-in-svg" {
        summary: "an SVG icon has a document type declaration",
        group: Suspicious,
        stage: Project,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (icon, fact) in icons_with_content(cx) {
        let IconContent::Svg(svg) = &fact.content else {
            continue;
        };
        let (note, help) = match svg.doctype {
            Some(Doctype::Plain) => (
                "drawing an SVG needs none, and careful parsers refuse files that have one",
                "remove `<!DOCTYPE ...>`: the image stays the same",
            ),
            Some(Doctype::WithDeclarations) => (
                "it declares entities (`&name;`) or attributes, so the rest of the file was not checked",
                "export the image without it, or replace each entity with its text",
            ),
            None => continue,
        };
        out.push(
            cx.finding(
                span(icon.literal),
                format!(
                    "the icon {} has a document type declaration",
                    quote(&icon.literal.value)
                ),
            )
            .note(note)
            .help(help),
        );
    }
}
