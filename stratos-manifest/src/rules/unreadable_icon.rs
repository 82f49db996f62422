use crate::{
    context::{file_references, icons_with_content},
    facts::FileStatus,
    icon::{IconContent, Svg},
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for icons that cannot be drawn: empty files, SVGs that are not well-formed XML or have nothing to
    /// draw, and PNGs that cannot be decoded.
    ///
    /// ## Why is this bad?
    ///
    /// The upload refuses the plugin, or the shell shows it without an icon.
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
        let (predicate, note) = match &fact.content {
            IconContent::Empty => ("is empty", "there is nothing in the file".to_owned()),
            IconContent::BrokenSvg(error) => ("is not a valid SVG", error.clone()),
            IconContent::BrokenPng(fault) => ("is a broken PNG", fault.clone()),
            IconContent::Svg(Svg {
                blank: Some(reason),
                ..
            }) => ("is blank", (*reason).to_owned()),
            _ => continue,
        };
        out.push(
            icon.icon_finding(cx, predicate)
                .note(note)
                .help("export the image again, or repair the file"),
        );
    }
    for file in file_references(cx).filter(|file| file.is_icon) {
        let note = match file.resolve(cx).map(|resolved| resolved.fact) {
            Some(FileStatus::Unreadable) => "its permissions do not allow it",
            Some(FileStatus::Special) => {
                "it is not a regular file, but a pipe, a device or the like"
            }
            _ => continue,
        };
        out.push(
            file.icon_finding(cx, "cannot be read")
                .note(note)
                .help("replace it with a readable file"),
        );
    }
}
