use crate::{
    facts::{FileStatus, ICON_KEYS},
    plugin_path::{has_icon_extension, icon_locations},
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for icons whose file extension is neither `.svg` nor `.png`.
    ///
    /// ## Why is this bad?
    ///
    /// Icons must be square images in one of these two formats.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "icon_light": "icon.jpg", "icon_dark": "icon.ico" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "icon_light": "icon.svg", "icon_dark": "icon.png" }
    /// ```
    "unsupported-icon-format" {
        summary: "an icon is neither SVG nor PNG",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for key in ICON_KEYS {
        let Some(icon) = cx
            .text_at(&[key])
            .filter(|icon| !has_icon_extension(&icon.value) && !is_folder(cx, &icon.value))
        else {
            continue;
        };
        out.push(
            cx.finding(
                span(icon),
                format!("the icon {} is neither .svg nor .png", quote(&icon.value)),
            )
            .note("icons are square images in the format SVG or PNG")
            .help("convert the image (renaming it is not enough), and write its new name"),
        );
    }
}

/// Whether the path is known to be a folder, which `folder-as-file` reports.
fn is_folder(cx: &RuleContext<'_>, path: &str) -> bool {
    let locations = icon_locations(path);
    let has = |fact| {
        locations
            .iter()
            .any(|path| cx.facts.files.get(path) == Some(fact))
    };
    has(&FileStatus::Folder) && !has(&FileStatus::Present)
}
