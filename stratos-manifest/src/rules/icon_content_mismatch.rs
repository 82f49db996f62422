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
    /// Finds icons whose content is not what the ending of the file's name says.
    ///
    /// ## Why is this bad?
    ///
    /// Icons are SVG or PNG, and the ending is how a program knows which. A JPEG image that is renamed to `.png` is
    /// still a JPEG image, and an SVG with the name of a PNG is not drawn at all.
    ///
    /// ## Example
    ///
    /// ```text
    /// icon-light.png          <svg xmlns="http://www.w3.org/2000/svg" ...
    /// icon-dark.svg           JPEG
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// icon-light.svg          <svg xmlns="http://www.w3.org/2000/svg" ...
    /// icon-dark.png           PNG
    /// ```
    "icon-content-mismatch" {
        summary: "an icon is not what its ending says",
        group: Correctness,
        stage: Project,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (icon, fact) in icons_with_content(cx) {
        let path = icon.literal.value.to_ascii_lowercase();
        let said = match () {
            () if path.ends_with(".svg") => "an SVG",
            () if path.ends_with(".png") => "a PNG",
            () => continue,
        };
        let (is, help) = match &fact.image {
            Image::Svg(_) | Image::BrokenSvg(_) => (
                "an SVG",
                "rename it so that it ends with `.svg`, and write that name",
            ),
            Image::Png { .. } | Image::BrokenPng(_) => (
                "a PNG",
                "rename it so that it ends with `.png`, and write that name",
            ),
            Image::Other(name) => (
                *name,
                "export or convert the image to SVG or PNG: renaming the file is not enough",
            ),
            Image::GitLfsPointer => (
                "a pointer of Git LFS, not the image itself",
                "run `git lfs pull`, which downloads the image",
            ),
            Image::Unknown => ("not an image", "put the image there, an SVG or PNG"),
            Image::Empty | Image::Unread => continue,
        };
        if is != said {
            out.push(
                cx.finding(
                    span(icon.literal),
                    format!("the icon {} is not {said}", quote(&icon.literal.value)),
                )
                .note(format!("what is in the file is {is}"))
                .help(help),
            );
        }
    }
}
