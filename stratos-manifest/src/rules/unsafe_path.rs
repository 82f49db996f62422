use crate::{
    context::RuleContext,
    diagnostic::Findings,
    fix::Edit,
    plugin_path::{PathFault, path_fault},
    quote::quote,
    reading::span,
    rule::declare_rule,
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

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for path in PATHS {
        let Some(literal) = cx.text_at(path) else {
            continue;
        };
        let with_slashes = literal.value.replace('\\', "/");
        let fault = match path_fault(&literal.value) {
            None => continue,
            // With slashes it may be wrong in another way, which is then the mistake.
            Some(PathFault::Backslash) => path_fault(&with_slashes).unwrap_or(PathFault::Backslash),
            Some(fault) => fault,
        };
        let example = match path {
            ["background", ..] => "background/index.js",
            _ => "assets/icon.svg",
        };
        let Words { what, note, help } = words(fault, &with_slashes, example);
        let finding = cx
            .finding(span(literal), format!("`{}` {what}", path.join(".")))
            .note(note)
            .help(help);
        out.push(match fault {
            PathFault::Backslash => finding.safe_fix([Edit::set_text(literal, &with_slashes)]),
            _ => finding,
        });
    }
}

struct Words {
    what: &'static str,
    note: &'static str,
    help: String,
}

fn words(fault: PathFault, with_slashes: &str, example: &str) -> Words {
    let inside = "paths are relative to the plugin's folder, which is all that gets installed";
    let (what, note, help) = match fault {
        PathFault::Control => (
            "has a character in it that does not show",
            "no file name on Windows has control characters, such as line breaks",
            "write the path again, without it".to_owned(),
        ),
        PathFault::Url => (
            "is an address, not a file of the plugin",
            inside,
            "put the file into the plugin's folder, and write its path".to_owned(),
        ),
        PathFault::Absolute => (
            "is an absolute path",
            inside,
            format!("write the path from the plugin's folder on, such as `{example}`"),
        ),
        PathFault::Backslash => (
            "has backslashes, which separate folders on Windows only",
            "everywhere else, the path is one long file name",
            format!("write {}", quote(with_slashes)),
        ),
        PathFault::Parent => (
            "goes up with `..`",
            inside,
            "put the file into the plugin's folder, and write its path without `..`".to_owned(),
        ),
    };
    Words { what, note, help }
}
