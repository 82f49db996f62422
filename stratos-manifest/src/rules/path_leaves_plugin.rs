use crate::{
    diagnostic::Findings,
    facts::FileFact,
    quote::quote,
    reading::span,
    rule::declare_rule,
    rules::{RuleContext, named_files::named_files},
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
    for file in named_files(cx) {
        let Some(standing) = file.standing(cx) else {
            continue;
        };
        if *standing.fact == FileFact::Outside {
            let place = quote(standing.place);
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
