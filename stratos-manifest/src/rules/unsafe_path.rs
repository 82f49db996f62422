use crate::{
    plugin_path::{PathError, path_error},
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for icons and entry modules whose path is not a relative path inside the plugin: absolute paths, URLs,
    /// `..`, backslashes and control characters.
    ///
    /// ## Why is this bad?
    ///
    /// A plugin is a folder that is packed, uploaded and unpacked elsewhere. Only files in this folder are included,
    /// and a path with backslashes is a single file name on every system but Windows.
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

/// The key paths of all fields that are file paths.
const PATHS: [&[&str]; 3] = [
    &["icon_light"],
    &["icon_dark"],
    &["background", "entryModule"],
];

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for path in PATHS {
        let Some(literal) = cx.text_at(path) else {
            continue;
        };
        let with_slashes = literal.value.replace('\\', "/");
        let fault = match path_error(&literal.value) {
            None => continue,
            // With slashes instead, the path may have another fault, which is then the one to report.
            Some(PathError::Backslash) => path_error(&with_slashes).unwrap_or(PathError::Backslash),
            Some(fault) => fault,
        };
        let example = match path {
            ["background", ..] => "background/index.js",
            _ => "assets/icon.svg",
        };
        let (predicate, note, help) = describe_fault(fault, &with_slashes, example);
        let finding = cx
            .finding(span(literal), format!("`{}` {predicate}", path.join(".")))
            .note(note)
            .help(help);
        let replaced =
            (fault == PathError::Backslash).then(|| Edit::set_text(literal, &with_slashes));
        out.push(finding.safe_fix(replaced));
    }
}

/// The predicate that completes the message "`icon_light` ...", the note and the help.
fn describe_fault(
    fault: PathError,
    with_slashes: &str,
    example: &str,
) -> (&'static str, &'static str, String) {
    let inside = "paths are relative to the plugin's folder, and only that folder is installed";
    match fault {
        PathError::Control => (
            "contains a control character",
            "file names on Windows cannot contain control characters, such as line breaks",
            "write the path without it".to_owned(),
        ),
        PathError::Url => (
            "is a URL, not a file of the plugin",
            inside,
            "put the file into the plugin's folder, and write its path".to_owned(),
        ),
        PathError::Absolute => (
            "is an absolute path",
            inside,
            format!("write the path relative to the plugin's folder, such as `{example}`"),
        ),
        PathError::Backslash => (
            "has backslashes, which separate folders on Windows only",
            "on other systems, the path is a single file name",
            format!("write {}", quote(with_slashes)),
        ),
        PathError::Parent => (
            "leads to a parent folder with `..`",
            inside,
            "put the file into the plugin's folder, and write its path without `..`".to_owned(),
        ),
    }
}
