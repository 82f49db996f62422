use crate::{
    diagnostic::Diagnostic,
    fix::Edit,
    plugin_path::{PathFault, path_fault},
    quote::quote,
    reading::span,
    rule::declare_rule,
    rules::RuleContext,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds icons and entry modules that are not named by a path inside the plugin: absolute paths, addresses, `..`,
    /// backslashes and control characters.
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
    /// { "icon_light": "assets/icon-light.svg", "icon_dark": "assets/icon-dark.svg" }
    /// ```
    "unsafe-path" {
        summary: "a path does not lead to a file of the plugin",
        group: Correctness,
        stage: Manifest,
        source: V1,
        since: "0.1.0",
    }
}

/// All paths that a manifest has.
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
            let finding = cx
                .finding(span(literal), format!("`{}` {what}", path.join(".")))
                .note("paths are relative to the plugin's folder, which is all that gets installed")
                .help(help);
            let with_slashes = with_slashes(&literal.value);
            // Slashes may turn one mistake into another, such as a way up: that is for a person to see.
            let is_right = fault == PathFault::Backslash && path_fault(&with_slashes).is_none();
            out.push(match is_right {
                true => finding.safe_fix([Edit::set_text(literal, &with_slashes)]),
                false => finding,
            });
        }
    }
}

fn with_slashes(path: &str) -> String {
    path.replace('\\', "/")
}

fn words(fault: PathFault, path: &str) -> (&'static str, String) {
    match fault {
        PathFault::Control => (
            "has a character that does not show",
            "write the path anew, without line breaks, tabs and the like".to_owned(),
        ),
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
            format!("write {}", quote(&with_slashes(path))),
        ),
        PathFault::Parent => (
            "goes up with `..`",
            "put the file into the plugin's folder, and write its path without `..`".to_owned(),
        ),
    }
}
