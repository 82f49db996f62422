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
        let name = icon.value.rsplit('/').next().unwrap_or_default();
        let has_ending = name.trim_end_matches(['.', ' ']).contains('.');
        let path = quote(&icon.value);
        let finding = match has_ending {
            true => cx
                .finding(
                    span(icon),
                    format!("the icon {path} is neither .svg nor .png"),
                )
                .note("icons are square images in the format SVG or PNG"),
            false => cx
                .finding(span(icon), format!("the icon {path} has no file ending"))
                .note("the path of an icon is the whole name of a file, and tells its format"),
        };
        out.push(match existing_icon(cx, &icon.value) {
            Some(found) => finding
                .help(format!("did you mean {}?", quote(&found)))
                .unsafe_fix([Edit::set_text(icon, &found)]),
            None if has_ending => finding
                .help("convert the image (renaming it is not enough), and write its new name"),
            None => finding.help("write the ending of the file, too: `.svg` or `.png`"),
        });
    }
}

/// The path with the ending of an icon, if no file has the path as it is and there is one with that ending.
fn existing_icon(cx: &RuleContext<'_>, path: &str) -> Option<String> {
    let exists = |path: &String| cx.facts.files.get(path) == Some(&FileStatus::Present);
    if icon_locations(path).iter().any(exists) {
        return None;
    }
    let whole = path.trim_end_matches(['.', ' ']);
    let stem = whole.rsplit_once('.').map(|(stem, _)| stem);
    let stems = [Some(whole), stem].into_iter().flatten();
    let icons = stems.flat_map(|stem| ["svg", "png"].map(|ending| format!("{stem}.{ending}")));
    let is_nearby = |icon: &String| {
        let mut locations = icon_locations(icon).into_iter();
        locations.any(|location| cx.facts.nearby_files.contains(&location))
    };
    icons.into_iter().find(is_nearby)
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
