use crate::{
    diagnostic::Diagnostic,
    facts::{FileFact, ICON_KEYS},
    plugin_path::{icon_places, path_fault},
    quote::quote,
    reading::span,
    rule::declare_rule,
    rules::RuleContext,
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

fn check(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for key in ICON_KEYS {
        let icon = cx.text_at(&[key]);
        let Some(icon) = icon.filter(|icon| path_fault(&icon.value).is_none()) else {
            continue;
        };
        let places = icon_places(&icon.value);
        let is_missing = |place: &String| cx.facts.files.get(place) == Some(&FileFact::Missing);
        if places.iter().all(is_missing) {
            let [first, second] = places.map(|place| quote(&place));
            out.push(
                cx.finding(
                    span(icon),
                    format!("there is no file for the icon {}", quote(&icon.value)),
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
