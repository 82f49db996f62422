use crate::{
    diagnostic::Findings,
    facts::FileFact,
    plugin_path::icon_places,
    quote::quote,
    reading::span,
    rule::declare_rule,
    rules::{RuleContext, named_files::named_files},
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds icons whose file exists neither under `assets/` nor in the plugin's folder itself.
    ///
    /// ## Why is this bad?
    ///
    /// The plugin is refused when it is uploaded, or is shown without an icon.
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
    for icon in named_files(cx).filter(|file| file.is_icon) {
        let standing = icon.standing(cx);
        if standing.is_some_and(|standing| *standing.fact == FileFact::Missing) {
            let path = &icon.literal.value;
            let [first, second] = icon_places(path).map(|place| quote(&place));
            out.push(
                cx.finding(
                    span(icon.literal),
                    format!("there is no file for the icon {}", quote(path)),
                )
                .note(format!(
                    "neither {first} nor {second} exists in the plugin's folder"
                ))
                .help(format!(
                    "add {first}, a square SVG or PNG, or correct the path"
                )),
            );
        }
    }
}
