use crate::{
    background::CONVENTIONAL,
    context::{RuleContext, entry_module},
    diagnostic::Findings,
    plugin_path::entry_place,
    reading::span,
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds an entry module that is `background/index.js`, which newer shells find without being told. Plugins in Rust
    /// are not reported: what their build makes is meant for all shells.
    ///
    /// ## Why is this bad?
    ///
    /// It is not, as long as somebody uses a shell that goes by the guide (V1), which loads the module that the manifest
    /// names, and no other. By the later documentation the field does not exist.
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
        summary: "newer versions of the shell find `background/index.js` without being told",
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
    if entry_place(&entry.literal.value) != CONVENTIONAL || cx.facts.sdk_crate().is_some() {
        return;
    }
    out.push(
        cx.finding(
            span(entry.literal),
            "newer versions of the Stratos shell do not need to be told this entry module",
        )
        .note(format!(
            "they find `{CONVENTIONAL}` by themselves; older ones load what is named here"
        ))
        .help("remove `background` once nobody uses the older versions"),
    );
}
