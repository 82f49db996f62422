use crate::{
    context::entry_module,
    entry_module::{CONVENTIONAL_ENTRY, source_extension},
    facts::FileStatus,
    portability::portability_error,
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for an entry module that is not `background/index.js`, unless that file exists as well. Source files are
    /// skipped, since the path of the built module is unknown.
    ///
    /// ## Why is this bad?
    ///
    /// A shell that follows the guide (V1) loads the file that the manifest declares. By the later documentation, the
    /// shell ignores this field and loads `background/index.js`: there, the plugin has no background module.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "background": { "entryModule": "dist/main.js" } }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "background": { "entryModule": "background/index.js" } }
    /// ```
    "unconventional-entry-module" {
        summary: "newer versions of the shell only load `background/index.js`",
        group: Suspicious,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let Some(entry) = entry_module(cx) else {
        return;
    };
    let path = entry.preferred_path();
    let fact = |path: &str| cx.facts.files.get(path);
    let is_fine = is_conventional(path)
        || source_extension(path).is_some()
        || fact(CONVENTIONAL_ENTRY) == Some(&FileStatus::Present);
    // Other rules report these paths.
    let is_wrong = portability_error(path).is_some()
        || cx.facts.cannot_be_built(path)
        || !matches!(
            fact(path),
            None | Some(FileStatus::Present | FileStatus::Missing)
        );
    if is_fine || is_wrong {
        return;
    }
    let finding = cx
        .finding(
            span(entry.literal),
            format!(
                "newer versions of the Stratos shell do not find the entry module {}",
                quote(&entry.literal.value)
            ),
        )
        .note(format!(
            "they ignore this path, and load `{CONVENTIONAL_ENTRY}` instead"
        ));
    out.push(match cx.facts.sdk_crate() {
        Some(_) => finding
            .help(format!(
                "write `{CONVENTIONAL_ENTRY}`, which the build of a Rust plugin generates"
            ))
            .unsafe_fix([Edit::set_text(entry.literal, CONVENTIONAL_ENTRY)]),
        None => finding.help(format!(
            "move the module to `{CONVENTIONAL_ENTRY}`, and write that path"
        )),
    });
}

fn is_conventional(path: &str) -> bool {
    let segments = path.split('/');
    segments
        .filter(|segment| !matches!(*segment, "" | "."))
        .eq(CONVENTIONAL_ENTRY.split('/'))
}
