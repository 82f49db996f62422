use crate::{
    diagnostic::Diagnostic,
    model::SettingType,
    reading::span,
    rule::declare_rule,
    rules::{RuleContext, context::text_of, words::unknown_word},
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds settings whose `type` is none that the shell can show.
    ///
    /// ## Why is this bad?
    ///
    /// The type decides what the form shows and what is stored; there is no field for an unknown one.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "availableSettings": [{ "key": "on", "name": "On", "type": "bool", "scope": "user" }] }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "availableSettings": [{ "key": "on", "name": "On", "type": "boolean", "scope": "user" }] }
    /// ```
    "unknown-setting-type" {
        summary: "a setting has a type that does not exist",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for setting in cx.settings() {
        let Some(kind) = text_of(setting.object, "type") else {
            continue;
        };
        if SettingType::from_name(&kind.value).is_none() {
            let (message, help) = unknown_word(&kind.value, "a setting's type", SettingType::NAMES);
            out.push(
                cx.finding(span(kind), message)
                    .note("the type decides what the form shows, and what is stored")
                    .help(help),
            );
        }
    }
}
