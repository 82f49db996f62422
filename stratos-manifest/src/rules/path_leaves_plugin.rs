use crate::{
    context::{RuleContext, file_references},
    diagnostic::Findings,
    facts::FileFact,
    quote::quote,
    reading::span,
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds icons and entry modules whose path goes through a link that leads out of the plugin's folder.
    ///
    /// ## Why is this bad?
    ///
    /// The plugin's folder is all that gets installed. What a link leads to stays on your computer, or is refused when
    /// the plugin is unpacked.
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
        summary: "a link leads out of the plugin's folder",
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
        if *resolved.fact == FileFact::Outside {
            let place = quote(resolved.path);
            out.push(
                cx.finding(
                    span(file.literal),
                    format!("`{}` leads out of the plugin's folder", file.field),
                )
                .note(format!("a link at {place}, or on the way there, points to something outside, which is not installed"))
                .help("put the file itself there instead of the link"),
            );
        }
    }
}
