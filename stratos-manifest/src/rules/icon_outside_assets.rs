use crate::{context::file_references, facts::FileStatus, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for icons outside of `assets/` in a plugin that is built: a bundle, or a folder with the UI or the
    /// background module and nothing that builds them.
    ///
    /// ## Why is this bad?
    ///
    /// An installed plugin has its icons in `assets/`, where the shell looks for them. In a project, the build can copy
    /// them there; in a built plugin, nothing does.
    ///
    /// ## Example
    ///
    /// ```text
    /// plugin.json             "icon_light": "icon-light.svg"
    /// icon-light.svg
    /// ui/index.js
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// plugin.json             "icon_light": "icon-light.svg"
    /// assets/icon-light.svg
    /// ui/index.js
    /// ```
    "icon-outside-assets" {
        summary: "an icon of a built plugin is not in `assets/`",
        group: Suspicious,
        stage: Project,
        source: Observed,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    if !cx.facts.is_built() {
        return;
    }
    for icon in file_references(cx).filter(|file| file.is_icon) {
        let Some(found) = icon.resolve(cx) else {
            continue;
        };
        if *found.fact != FileStatus::Present || found.path.starts_with("assets/") {
            continue;
        }
        let [found, expected] = [found.path, icon.preferred_path()].map(quote);
        out.push(
            icon.icon_finding(cx, "is not in `assets/`")
                .note(format!(
                    "the file is {found}, this is a built plugin, and the shell looks for {expected}"
                ))
                .help(format!("move the file to {expected}")),
        );
    }
}
