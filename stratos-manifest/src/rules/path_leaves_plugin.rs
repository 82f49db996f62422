use crate::{context::file_references, facts::FileStatus, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for icons and entry modules whose path follows a link out of the plugin's folder.
    ///
    /// ## Why is this bad?
    ///
    /// Only the plugin's folder is installed. The target of the link stays on your computer, or the link is refused
    /// when the plugin is unpacked.
    ///
    /// ## Example
    ///
    /// ```text
    /// plugin.json                          "icon_light": "icon-light.svg"
    /// assets/icon-light.svg -> /home/me/pictures/icon.svg
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// plugin.json                          "icon_light": "icon-light.svg"
    /// assets/icon-light.svg
    /// ```
    "path-leaves-plugin" {
        summary: "a path follows a link out of the plugin's folder",
        group: Suspicious,
        stage: Project,
        source: Observed,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for file in file_references(cx) {
        let Some(resolved) = file.resolve(cx) else {
            continue;
        };
        if *resolved.fact == FileStatus::Outside {
            let path = quote(resolved.path);
            out.push(
                cx.finding(
                    span(file.literal),
                    format!("`{}` leads out of the plugin's folder", file.field),
                )
                .note(format!("{path}, or a folder on the way there, is a link to a place that is not installed"))
                .help("replace the link with the file itself"),
            );
        }
    }
}
