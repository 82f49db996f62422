use crate::{
    context::entry_module,
    entry_module::{CONVENTIONAL_ENTRY, compiled_path, source_extension},
    facts::FileStatus,
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for an entry module that is source code (`.ts`, `.tsx`, `.jsx`, `.rs`, ...) where the shell needs the
    /// built module: in a plugin without a build, in a Rust plugin, and where the built module exists beside it. In a
    /// project with a `package.json` only Rust source code is reported: the guide's own example is
    /// `background/index.ts`.
    ///
    /// ## Why is this bad?
    ///
    /// The shell loads the module with Node inside Electron, which runs JavaScript. The later documentation requires
    /// `background/index.js`; the build of a Rust plugin generates this file.
    ///
    /// ## Example
    ///
    /// ```text
    /// plugin.json             "background": { "entryModule": "background/main.rs" }
    /// background/Cargo.toml
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// plugin.json             "background": { "entryModule": "background/index.js" }
    /// background/Cargo.toml
    /// ```
    "source-entry-module" {
        summary: "the entry module is source code, not the built module",
        group: Suspicious,
        stage: Project,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let Some(entry) = entry_module(cx) else {
        return;
    };
    let path = entry.preferred_path();
    let Some(extension) = source_extension(path) else {
        return;
    };
    let has = |path: &str| cx.facts.files.get(path) == Some(&FileStatus::Present);
    let is_rust = cx.facts.sdk_crate().is_some() || extension == "rs";
    let built = compiled_path(path).filter(|compiled| has(compiled));
    let (target, is_certain) = match built {
        Some(built) => (built, !has(path)),
        None if is_rust && !has("package.json") => (CONVENTIONAL_ENTRY.to_owned(), false),
        None if has(path) && cx.facts.has_build_file() == Some(false) => {
            (CONVENTIONAL_ENTRY.to_owned(), false)
        }
        None => return,
    };
    let finding = cx
        .finding(
            span(entry.literal),
            format!(
                "the entry module {} is {} source code",
                quote(&entry.literal.value),
                language(extension)
            ),
        )
        .note("the Stratos shell loads JavaScript: it needs the module that is built from this source")
        .help(match (has(&target), is_rust) {
            (true, _) => format!("write {}", quote(&target)),
            (false, true) => format!("write {}, which the build generates", quote(&target)),
            (false, false) => format!("build it to {0}, and write {0} here", quote(&target)),
        });
    let edit = Edit::set_text(entry.literal, &target);
    out.push(finding.fix(Safety::safe_if(is_certain), [edit]));
}

fn language(extension: &str) -> &'static str {
    match extension {
        "rs" => "Rust",
        "jsx" => "JSX",
        _ => "TypeScript",
    }
}
