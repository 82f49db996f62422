use crate::{context::icons_with_content, icon::IconContent, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for icons whose content does not match the file extension.
    ///
    /// ## Why is this bad?
    ///
    /// Icons are SVG or PNG, and programs tell the format by the extension. A JPEG renamed to `.png` is still a JPEG,
    /// and an SVG named `.png` is not drawn at all.
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
        summary: "the content of an icon does not match its file extension",
        group: Correctness,
        stage: Project,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (icon, fact) in icons_with_content(cx) {
        let path = icon.literal.value.to_ascii_lowercase();
        let expected = match () {
            () if path.ends_with(".svg") => "an SVG",
            () if path.ends_with(".png") => "a PNG",
            () => continue,
        };
        let (actual, help) = match &fact.content {
            IconContent::Svg(_) | IconContent::BrokenSvg(_) => (
                "an SVG",
                "rename the file to end with `.svg`, and write the new name",
            ),
            IconContent::Png { .. } | IconContent::BrokenPng(_) => (
                "a PNG",
                "rename the file to end with `.png`, and write the new name",
            ),
            IconContent::OtherFormat(name) => (
                *name,
                "export or convert the image to SVG or PNG: renaming the file is not enough",
            ),
            IconContent::GitLfsPointer => (
                "a Git LFS pointer, not the image itself",
                "run `git lfs pull`, which downloads the image",
            ),
            IconContent::Unknown => ("data that is not an image", "replace it with an SVG or PNG"),
            IconContent::Empty | IconContent::TooLarge => continue,
        };
        if actual != expected {
            out.push(
                icon.icon_finding(cx, &format!("is not {expected}"))
                    .note(format!("the file contains {actual}"))
                    .help(help),
            );
        }
    }
}
