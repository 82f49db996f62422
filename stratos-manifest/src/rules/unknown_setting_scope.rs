use crate::{
    diagnostic::Diagnostic,
    model::SettingScope,
    reading::span,
    rule::declare_rule,
    rules::{RuleContext, context::text_of, words::unknown_word},
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds settings whose `scope` is neither `user` nor `airline`.
    ///
    /// ## Why is this bad?
    ///
    /// The scope decides who may set it. With none that exists, nobody could.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "availableSettings": [{ "key": "on", "name": "On", "type": "boolean", "scope": "pilot" }] }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "availableSettings": [{ "key": "on", "name": "On", "type": "boolean", "scope": "user" }] }
    /// ```
    "unknown-setting-scope" {
        summary: "a setting's scope is neither `user` nor `airline`",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for setting in cx.settings() {
        let Some(scope) = text_of(setting.object, "scope") else {
            continue;
        };
        if SettingScope::from_name(&scope.value).is_none() {
            let (message, help) =
                unknown_word(&scope.value, "a setting's scope", SettingScope::NAMES);
            out.push(
                cx.finding(span(scope), message)
                    .note(
                        "pilots set a `user` setting, the airline's administrator an `airline` one",
                    )
                    .help(help),
            );
        }
    }
}
