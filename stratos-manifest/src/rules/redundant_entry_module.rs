use crate::{
    context::entry_module, entry_module::CONVENTIONAL_ENTRY, plugin_path::entry_location,
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for an entry module that is `background/index.js`, which newer shells find without the field. Rust
    /// plugins are skipped: the module that their build generates is meant for all shells.
    ///
    /// ## Why is this bad?
    ///
    /// The field is harmless, and required by shells that follow the guide (V1): they only load the module that the
    /// manifest declares. The later documentation does not have the field.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "background": { "entryModule": "background/index.js" } }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {}
    /// ```
    "redundant-entry-module" {
        summary: "newer versions of the shell find `background/index.js` by themselves",
        group: Pedantic,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let Some(entry) = entry_module(cx) else {
        return;
    };
    if entry_location(&entry.literal.value) != CONVENTIONAL_ENTRY || cx.facts.sdk_crate().is_some()
    {
        return;
    }
    out.push(
        cx.finding(
            span(entry.literal),
            "newer versions of the Stratos shell find this entry module by themselves",
        )
        .note(format!(
            "they always load `{CONVENTIONAL_ENTRY}`; older versions load the module that is declared here"
        ))
        .help("remove `background` once nobody uses the older versions"),
    );
}
