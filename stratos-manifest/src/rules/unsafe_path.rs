use crate::{
    diagnostic::Diagnostic,
    plugin_path::{PathFault, path_fault},
    quote::quote,
    reading::span,
    rule::declare_rule,
    rules::RuleContext,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds icons and entry modules that are not named by a path inside the plugin: absolute paths, addresses, `..`
    /// and backslashes.
    ///
    /// ## Why is this bad?
    ///
    /// A plugin is a folder that is packed, uploaded and unpacked somewhere else. Only what lies in it comes along,
    /// and a path with backslashes is one long file name on every system but Windows.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "icon_light": "C:\\plugins\\mine\\assets\\icon.svg", "icon_dark": "assets\\icon.svg" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "icon_light": "assets/icon.svg", "icon_dark": "assets/icon.svg" }
    /// ```
    "unsafe-path" {
        summary: "a path does not lead to a file of the plugin",
        group: Correctness,
        stage: Manifest,
        source: V1,
        since: "0.1.0",
    }
}

const PATHS: [&[&str]; 3] = [
    &["icon_light"],
    &["icon_dark"],
    &["background", "entryModule"],
];

fn check(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for path in PATHS {
        let Some(literal) = cx.text_at(path) else {
            continue;
        };
        if let Some(fault) = path_fault(&literal.value) {
            let (what, help) = words(fault, &literal.value);
            out.push(
                cx.finding(span(literal), format!("`{}` {what}", path.join(".")))
                    .note("paths are relative to the plugin's folder, which is all that gets installed")
                    .help(help),
            );
        }
    }
}

fn words(fault: PathFault, path: &str) -> (&'static str, String) {
    match fault {
        PathFault::Url => (
            "is an address, not a file of the plugin",
            "put the file into the plugin's folder, and write its path".to_owned(),
        ),
        PathFault::Absolute => (
            "is an absolute path",
            "write the path from the plugin's folder on, such as `assets/icon.svg`".to_owned(),
        ),
        PathFault::Backslash => (
            "has backslashes, which separate folders on Windows only",
            format!("write {}", quote(&path.replace('\\', "/"))),
        ),
        PathFault::Parent => (
            "goes up with `..`",
            "put the file into the plugin's folder, and write its path without `..`".to_owned(),
        ),
    }
}
