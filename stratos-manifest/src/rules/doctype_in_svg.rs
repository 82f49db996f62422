use crate::{context::svg_icons, icon::Doctype, rules::prelude::*};

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
    for (icon, svg) in svg_icons(cx) {
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
            icon.icon_finding(cx, "has a document type declaration")
                .note(note)
                .help(help),
        );
    }
}
