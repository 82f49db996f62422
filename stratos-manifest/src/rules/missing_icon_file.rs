use crate::{
    context::{file_references, suggested_icon},
    facts::FileStatus,
    plugin_path::{has_icon_extension, icon_locations},
    portability::portability_error,
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for icons whose file exists neither under `assets/` nor in the plugin's folder itself. Paths with another
    /// extension, and paths that are invalid on Windows, are left to `unsupported-icon-format` and `unportable-path`.
    ///
    /// ## Why is this bad?
    ///
    /// The upload refuses the plugin, or the shell shows it without an icon.
    ///
    /// ## Example
    ///
    /// ```text
    /// plugin.json            "icon_light": "icon-light.svg"
    /// assets/icon_light.svg
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// plugin.json            "icon_light": "icon-light.svg"
    /// assets/icon-light.svg
    /// ```
    "missing-icon-file" {
        summary: "the file of an icon does not exist",
        group: Correctness,
        stage: Project,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for icon in
        file_references(cx).filter(|file| file.is_icon && has_icon_extension(&file.literal.value))
    {
        let resolved = icon.resolve(cx);
        if resolved.is_none_or(|resolved| *resolved.fact != FileStatus::Missing) {
            continue;
        }
        let path = &icon.literal.value;
        let [first, second] = icon_locations(path).map(|path| quote(&path));
        let finding = cx
            .finding(
                span(icon.literal),
                format!("there is no file for the icon {}", quote(path)),
            )
            .note(format!(
                "neither {first} nor {second} exists in the plugin's folder"
            ));
        out.push(match suggested_icon(cx, &icon) {
            Some(found) => finding
                .help(format!("did you mean {}?", quote(found)))
                .unsafe_fix([Edit::set_text(icon.literal, found)]),
            // `unportable-path` suggests another name.
            None if portability_error(path).is_some() => {
                finding.help("write the path of an existing icon")
            }
            None => finding.help(format!(
                "add {first}, a square SVG or PNG, or correct the path"
            )),
        });
    }
}
