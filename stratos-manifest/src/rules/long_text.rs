use crate::rules::prelude::*;

declare_rule! {
    /// ## What it does
    ///
    /// Checks for plugin names of more than 50 characters, and descriptions of more than 200.
    ///
    /// ## Why is this bad?
    ///
    /// Both are shown in lists, where a longer text is cut off or displaces others. The limits are our own.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "name": "A plugin that compares the planned with the loaded fuel" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "name": "Fuel check" }
    /// ```
    "long-text" {
        summary: "a name or description is too long for a list",
        group: Pedantic,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

const LIMITS: [(&str, usize); 2] = [("name", 50), ("description", 200)];

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (key, limit) in LIMITS {
        let Some(text) = cx.text_at(&[key]) else {
            continue;
        };
        let length = text.value.trim().chars().count();
        if length > limit {
            out.push(
                cx.finding(span(text), format!("`{key}` has {length} characters"))
                    .note("lists cut off longer texts")
                    .help(format!("shorten it to at most {limit} characters")),
            );
        }
    }
}
