use crate::{rules::prelude::*, syntax::find_text};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for settings of type `list` or `radio` without `options`, or with an empty array of them.
    ///
    /// ## Why is this bad?
    ///
    /// Such a setting is shown as a choice, and there would be nothing to choose.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "unit", "name": "Unit", "type": "radio", "scope": "user" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     {
    ///       "key": "unit",
    ///       "name": "Unit",
    ///       "type": "radio",
    ///       "scope": "user",
    ///       "options": [{ "value": "kg", "label": "Kilograms" }, { "value": "lb", "label": "Pounds" }]
    ///     }
    ///   ]
    /// }
    /// ```
    "choice-without-options" {
        summary: "a list or radio setting has no options",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for setting in cx.settings() {
        let Some(kind @ ("list" | "radio")) = find_text(setting.object, "type") else {
            continue;
        };
        let options = find(setting.object, "options");
        let location = match options.map(|options| options.value.as_array()) {
            None => setting.anchor.clone(),
            Some(Some(array)) if array.elements.is_empty() => span(array),
            Some(_) => continue,
        };
        out.push(
            cx.finding(location, format!("this {kind} setting has no options"))
                .note(format!("a setting of type `{kind}` is a choice between its `options`"))
                .help("add `\"options\": [{ \"value\": \"kg\", \"label\": \"Kilograms\" }]`, with a value and a label for each"),
        );
    }
}
