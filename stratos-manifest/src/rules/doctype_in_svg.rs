use crate::{
    context::{RuleContext, icons_with_content},
    diagnostic::Findings,
    facts::{Doctype, Image},
    quote::quote,
    reading::span,
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds SVG icons with a document type declaration, `<!DOCTYPE ...>`, and those that declare entities in it.
    ///
    /// ## Why is this bad?
    ///
    /// No program needs it to draw an SVG. Declarations in it can make a small file expand to gigabytes or read other
    /// files, which is why careful parsers refuse a file that has one, and so does this one: it looks no further where
    /// entities or attributes are declared.
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
        let Image::Svg(svg) = &fact.image else {
            continue;
        };
        let (note, help) = match svg.doctype {
            Some(Doctype::Plain) => (
                "no program needs it, and careful ones refuse a file that has one",
                "remove `<!DOCTYPE ...>`: nothing else changes",
            ),
            Some(Doctype::WithDeclarations) => (
                "it declares abbreviations (`&name;`) or attributes, so that nothing after it could be checked",
                "export the image without it, or write what the abbreviations stand for in their places",
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
