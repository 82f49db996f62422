use crate::{context::entry_module, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for an entry module in a plugin that has a UI, but no folder `background` and nothing that builds one. A
    /// build outside of the plugin's folder is not detected.
    ///
    /// ## Why is this bad?
    ///
    /// A plugin without a background module leaves the field out. With the field, the shell tries to load a module that
    /// does not exist, and marks the plugin as errored.
    ///
    /// ## Example
    ///
    /// ```text
    /// plugin.json             "background": { "entryModule": "background/index.js" }
    /// ui/index.js
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// plugin.json
    /// ui/index.js
    /// ```
    "leftover-entry-module" {
        summary: "an entry module is declared, but the plugin is only a UI",
        group: Suspicious,
        stage: Project,
        source: V1,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let Some(entry) = entry_module(cx) else {
        return;
    };
    if !cx.facts.cannot_be_built(entry.preferred_path()) || !cx.facts.is_ui_only() {
        return;
    }
    let finding = cx
        .finding(
            span(entry.literal),
            format!(
                "there is no entry module {}, and nothing that builds it",
                quote(&entry.literal.value)
            ),
        )
        .note("the plugin has a UI and no folder `background`")
        .help("remove `background`, or add the module if it was forgotten")
        .unsafe_fix(removal_of_background(cx));
    out.push(finding);
}

fn removal_of_background(cx: &RuleContext<'_>) -> Option<Edit> {
    let root = cx.root()?;
    Edit::remove_property(cx.manifest.text, root, find(root, "background")?)
}
