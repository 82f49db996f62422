use crate::{
    background::{built_twin, cannot_come_to_be, is_only_ui},
    diagnostic::Findings,
    facts::FileFact,
    quote::quote,
    reading::span,
    rule::declare_rule,
    rules::{RuleContext, named_files::named_entry},
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds an entry module that does not exist, in a plugin that has nothing to build it from. Where there is a
    /// `Cargo.toml`, a `package.json`, a `tsconfig.json`, a `deno.json`, a folder `src` or the module's own source, it
    /// need not exist yet.
    ///
    /// ## Why is this bad?
    ///
    /// The shell loads this very file when it starts, and marks the plugin as errored if it is not there.
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
    /// plugin.json             "background": { "entryModule": "background/main.js" }
    /// background/main.js
    /// ```
    "missing-entry-module" {
        summary: "the entry module does not exist, and nothing here builds it",
        group: Correctness,
        stage: Project,
        source: V1,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let Some(entry) = named_entry(cx) else {
        return;
    };
    let place = entry.likeliest_place();
    let is_elsewhere = built_twin(place).is_some_and(|twin| is_present(cx, &twin));
    if cannot_come_to_be(cx.facts, place) && !is_elsewhere && !is_only_ui(cx.facts) {
        out.push(
            cx.finding(
                span(entry.literal),
                format!("there is no entry module {}", quote(&entry.literal.value)),
            )
            .note("nothing in the plugin's folder builds it either: there is neither a Cargo.toml nor a package.json")
            .help("add the file, correct the path, or remove `background` if there is nothing to run"),
        );
    }
}

fn is_present(cx: &RuleContext<'_>, place: &str) -> bool {
    cx.facts.files.get(place) == Some(&FileFact::Present)
}
