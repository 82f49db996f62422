use crate::{
    diagnostic::Diagnostic,
    model::PluginType,
    reading::span,
    rule::declare_rule,
    rules::{RuleContext, words::unknown_word},
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds a `type` that is neither `user` nor `airline`.
    ///
    /// ## Why is this bad?
    ///
    /// The type decides who installs the plugin: a pilot, or the virtual airline's administrator for all of them.
    /// There is no third one.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "type": "pilot" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "type": "user" }
    /// ```
    "unknown-plugin-type" {
        summary: "the type is neither `user` nor `airline`",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let Some(kind) = cx.text_at(&["type"]) else {
        return;
    };
    if PluginType::from_name(&kind.value).is_none() {
        let (message, help) = unknown_word(&kind.value, "a plugin's type", PluginType::NAMES);
        out.push(
            cx.finding(span(kind), message)
                .note("a pilot installs a `user` plugin, an airline pushes an `airline` one to all pilots")
                .help(help),
        );
    }
}
