use crate::{
    diagnostic::Findings,
    facts::{FileFact, Image},
    quote::quote,
    reading::span,
    rule::declare_rule,
    rules::{
        RuleContext,
        named_files::{named_files, named_icons},
    },
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
    for (icon, fact) in named_icons(cx) {
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
    for file in named_files(cx).filter(|file| file.is_icon) {
        let note = match file.standing(cx).map(|standing| standing.fact) {
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
