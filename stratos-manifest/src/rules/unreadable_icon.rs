use crate::{
    context::{RuleContext, file_references, icons_with_content},
    diagnostic::Findings,
    facts::{FileFact, Image},
    quote::quote,
    reading::span,
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds icons that cannot be drawn: empty files, SVGs that are not well-formed XML, PNGs that are cut off.
    ///
    /// ## Why is this bad?
    ///
    /// The plugin is refused when it is uploaded, or is shown without an icon.
    ///
    /// ## Example
    ///
    /// ```text
    /// icon-light.svg          <svg xmlns="http://www.w3.org/2000/svg"><g></svg>
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// icon-light.svg          <svg xmlns="http://www.w3.org/2000/svg"><g/></svg>
    /// ```
    "unreadable-icon" {
        summary: "an icon is empty or broken",
        group: Correctness,
        stage: Project,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (icon, fact) in icons_with_content(cx) {
        let (what, note) = match &fact.image {
            Image::Empty => ("is empty", "there is nothing in the file".to_owned()),
            Image::BrokenSvg(error) => (
                "is not a valid SVG",
                format!("what is wrong in it: {error}"),
            ),
            Image::BrokenPng(fault) => ("is an incomplete PNG", (*fault).to_owned()),
            _ => continue,
        };
        out.push(
            cx.finding(
                span(icon.literal),
                format!("the icon {} {what}", quote(&icon.literal.value)),
            )
            .note(note)
            .help("export the image again, or repair the file"),
        );
    }
    for file in file_references(cx).filter(|file| file.is_icon) {
        let note = match file.resolve(cx).map(|resolved| resolved.fact) {
            Some(FileFact::Unreadable) => "its permissions forbid it",
            Some(FileFact::Special) => "it is a pipe, a device or the like, not a file",
            _ => continue,
        };
        out.push(
            cx.finding(
                span(file.literal),
                format!("the icon {} cannot be read", quote(&file.literal.value)),
            )
            .note(note)
            .help("put a file there that everybody may read"),
        );
    }
}
