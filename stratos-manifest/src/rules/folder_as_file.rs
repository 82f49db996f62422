use crate::{
    context::{file_references, suggested_icon, suggested_module},
    entry_module::CONVENTIONAL_ENTRY,
    facts::FileStatus,
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for icons and entry modules whose path is a folder.
    ///
    /// ## Why is this bad?
    ///
    /// An icon is an image and an entry module is a JavaScript file: a folder cannot be shown or loaded.
    ///
    /// ## Example
    ///
    /// ```text
    /// plugin.json             "background": { "entryModule": "background" }
    /// background/index.js
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// plugin.json             "background": { "entryModule": "background/index.js" }
    /// background/index.js
    /// ```
    "folder-as-file" {
        summary: "a path names a folder where a file is needed",
        group: Correctness,
        stage: Project,
        source: V1,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for file in file_references(cx) {
        let Some(resolved) = file.resolve(cx) else {
            continue;
        };
        if *resolved.fact == FileStatus::Folder {
            let module = suggested_module(cx, CONVENTIONAL_ENTRY).unwrap_or(CONVENTIONAL_ENTRY);
            let help = match (file.is_icon, suggested_icon(cx, &file)) {
                (true, Some(found)) => format!("did you mean {}?", quote(found)),
                (true, None) => {
                    "put an SVG or PNG there, and write its path, such as `assets/icon.svg`"
                        .to_owned()
                }
                (false, _) => format!("write the path of the module, such as {}", quote(module)),
            };
            out.push(
                cx.finding(
                    span(file.literal),
                    format!("`{}` names a folder", file.field),
                )
                .note(match resolved.path {
                    "" => "it is the plugin's folder itself".to_owned(),
                    path => format!("{} is not a file", quote(path)),
                })
                .help(help),
            );
        }
    }
}
