use crate::{
    context::{entry_module, suggested_module},
    entry_module::{CONVENTIONAL_ENTRY, compiled_path},
    facts::FileStatus,
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for an entry module that does not exist, in a plugin that has nothing to build it from. The module may be
    /// missing if there is a `Cargo.toml`, a `package.json`, a `Makefile`, a `vite.config.ts` or the like, a folder
    /// `src`, source code in `background/`, or the source code of the module itself.
    ///
    /// A build outside of the plugin's folder is not detected.
    ///
    /// ## Why is this bad?
    ///
    /// The shell loads exactly this file at startup, and marks the plugin as errored if it is missing.
    ///
    /// ## Example
    ///
    /// ```text
    /// plugin.json             "background": { "entryModule": "background/index.js" }
    /// background/main.js
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// plugin.json             "background": { "entryModule": "background/index.js" }
    /// background/index.js
    /// ```
    "missing-entry-module" {
        summary: "the entry module does not exist, and nothing here builds it",
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
    let path = entry.preferred_path();
    let is_built_beside = compiled_path(path).is_some_and(|compiled| is_present(cx, &compiled));
    if !cx.facts.cannot_be_built(path) || is_built_beside || cx.facts.is_ui_only() {
        return;
    }
    let finding = cx
        .finding(
            span(entry.literal),
            format!("there is no entry module {}", quote(&entry.literal.value)),
        )
        .note("nothing in the plugin's folder seems to build it: there is no Cargo.toml, package.json, Makefile or the like");
    let conventional = quote(CONVENTIONAL_ENTRY);
    let found = match is_present(cx, CONVENTIONAL_ENTRY) {
        true => Some(CONVENTIONAL_ENTRY),
        false => suggested_module(cx, path),
    };
    out.push(match found {
        Some(CONVENTIONAL_ENTRY) => finding
            .help(format!("did you mean {conventional}?"))
            .unsafe_fix([Edit::set_text(entry.literal, CONVENTIONAL_ENTRY)]),
        Some(found) if path == CONVENTIONAL_ENTRY => finding.help(format!(
            "there is {}: rename it to {conventional}, if it is the module",
            quote(found)
        )),
        Some(found) => finding.help(format!(
            "there is {}: if it is the module, rename it to {conventional}, and write that path",
            quote(found)
        )),
        None if path == CONVENTIONAL_ENTRY => {
            finding.help("add the file, or remove `background` if the plugin has no background module")
        }
        None => finding.help(format!(
            "add the module as {conventional}, in JavaScript, and write that path, or remove `background` if the plugin \
             has no background module"
        )),
    });
}

fn is_present(cx: &RuleContext<'_>, path: &str) -> bool {
    cx.facts.files.get(path) == Some(&FileStatus::Present)
}
