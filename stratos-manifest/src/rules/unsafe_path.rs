use crate::{
    facts::FileStatus,
    plugin_path::{PathError, icon_locations, path_error},
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for icons and entry modules whose path is not a relative path inside the plugin: absolute paths, URLs,
    /// variables such as `${__dirname}`, `..`, backslashes and control characters.
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

/// The folders of a plugin that have the files which a manifest names.
const FOLDERS: [&str; 2] = ["assets", "background"];

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for path in PATHS {
        let Some(literal) = cx.text_at(path) else {
            continue;
        };
        let with_slashes = literal.value.replace('\\', "/");
        let fault = match path_error(&literal.value) {
            None => continue,
            // The name only looks like that of a variable.
            Some(PathError::Variable) if is_there(cx, &literal.value) => continue,
            // With slashes instead, the path may have another fault, which is then the one to report.
            Some(PathError::Backslash) => path_error(&with_slashes).unwrap_or(PathError::Backslash),
            Some(fault) => fault,
        };
        let relative = relative_path(fault, &with_slashes);
        let (predicate, note) = describe_fault(fault);
        let finding = cx
            .finding(span(literal), format!("`{}` {predicate}", path.join(".")))
            .note(note);
        out.push(match relative {
            Some(relative) => finding.help(format!("write {}", quote(&relative))).fix(
                Safety::safe_if(fault == PathError::Backslash),
                [Edit::set_text(literal, &relative)],
            ),
            None => finding.help(advice(fault, path, &with_slashes)),
        });
    }
}

fn is_there(cx: &RuleContext<'_>, path: &str) -> bool {
    let mut locations = icon_locations(path).into_iter();
    locations.any(|path| cx.facts.files.get(&path) == Some(&FileStatus::Present))
}

/// The path in the plugin's folder that `path`, with slashes, probably means: the part from a folder of a plugin on, or
/// the path without a slash or variable before it.
fn relative_path(fault: PathError, path: &str) -> Option<String> {
    let (before, after_first) = path.split_once('/').unwrap_or(("", path));
    let relative = match fault {
        PathError::Backslash => path,
        PathError::Absolute | PathError::Variable => {
            let folders = FOLDERS
                .iter()
                .filter_map(|folder| path.rfind(&format!("/{folder}/")));
            match folders.max() {
                Some(at) => &path[at + 1..],
                None if is_folder_variable(before) => after_first,
                None if before.is_empty() && !after_first.contains('/') => after_first,
                None => return None,
            }
        }
        _ => return None,
    };
    let is_path = !relative.trim().is_empty() && path_error(relative).is_none();
    is_path.then(|| relative.to_owned())
}

/// Whether the first part of a path is a variable for the plugin's folder, such as `${__dirname}` or `$(pwd)`.
fn is_folder_variable(segment: &str) -> bool {
    let name = segment.to_ascii_lowercase();
    let is_variable = name.starts_with(['$', '%', '_']);
    is_variable
        && ["dir", "folder", "path", "pwd", "root"]
            .iter()
            .any(|word| name.contains(word))
}

fn advice(fault: PathError, field: &[&str], path: &str) -> String {
    match fault {
        PathError::Control => "write the path without it".to_owned(),
        PathError::Url => "put the file into the plugin's folder, and write its path".to_owned(),
        PathError::Parent => {
            "put the file into the plugin's folder, and write its path without `..`".to_owned()
        }
        PathError::Absolute | PathError::Variable | PathError::Backslash => {
            let name = path.rsplit('/').next().filter(|name| {
                !name.is_empty() && !name.contains(':') && path_error(name).is_none()
            });
            let example = match (field, name) {
                (["background", ..], _) => "background/index.js".to_owned(),
                (_, Some(name)) => format!("assets/{name}"),
                (_, None) => "assets/icon.svg".to_owned(),
            };
            format!(
                "write the path relative to the plugin's folder, such as {}",
                quote(&example)
            )
        }
    }
}

/// The predicate that completes the message "`icon_light` ...", and the note.
const fn describe_fault(fault: PathError) -> (&'static str, &'static str) {
    let inside = "paths are relative to the plugin's folder, and only that folder is installed";
    match fault {
        PathError::Control => (
            "contains a control character",
            "file names on Windows cannot contain control characters, such as line breaks",
        ),
        PathError::Variable => (
            "contains a variable, which nothing replaces",
            "a manifest is plain data: the shell would look for a file of this very name",
        ),
        PathError::Url => ("is a URL, not a file of the plugin", inside),
        PathError::Absolute => ("is an absolute path", inside),
        PathError::Backslash => (
            "has backslashes, which separate folders on Windows only",
            "on other systems, the path is a single file name",
        ),
        PathError::Parent => ("leads to a parent folder with `..`", inside),
    }
}
