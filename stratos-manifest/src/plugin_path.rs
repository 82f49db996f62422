//! Paths that a manifest gives, relative to the plugin's folder.

/// Why a path cannot name a file of the plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathFault {
    /// It has a character that no file name has on Windows and no person types.
    Control,
    /// It is an address on the network, or inline data.
    Url,
    /// It starts at the root of a file system, or names a drive.
    Absolute,
    /// It separates folders as only Windows does.
    Backslash,
    /// It goes up with `..`.
    Parent,
}

/// What is wrong with `path`, the gravest first.
pub(crate) fn path_fault(path: &str) -> Option<PathFault> {
    let has_drive = matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    let has_scheme = path.contains("://")
        || ["data:", "file:", "javascript:"]
            .iter()
            .any(|scheme| starts_with_ignoring_case(path, scheme));
    if path.chars().any(char::is_control) {
        Some(PathFault::Control)
    } else if has_scheme {
        Some(PathFault::Url)
    } else if path.starts_with(['/', '\\']) || has_drive {
        Some(PathFault::Absolute)
    } else if path.contains('\\') {
        Some(PathFault::Backslash)
    } else if path.split('/').any(|segment| segment == "..") {
        Some(PathFault::Parent)
    } else {
        None
    }
}

/// Where the file of an icon may lie, the likelier place first.
///
/// Published plugins write `icon-light.svg` for a file under `assets/`, and also `assets/icon-light.svg`.
pub(crate) fn icon_places(path: &str) -> [String; 2] {
    let path = path.trim_start_matches("./");
    let as_written = path.to_owned();
    let under_assets = format!("assets/{path}");
    if path.starts_with("assets/") {
        [as_written, under_assets]
    } else {
        [under_assets, as_written]
    }
}

/// Whether the path ends as icons do. Dots and spaces at the end are for `unportable-path` to speak about.
pub(crate) fn has_icon_ending(path: &str) -> bool {
    let ending = path
        .trim_end_matches(['.', ' '])
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    matches!(ending.as_deref(), Some("svg" | "png"))
}

/// Where the file of an entry module lies.
pub(crate) fn entry_place(path: &str) -> String {
    path.trim_start_matches("./").to_owned()
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_faults_apart() {
        use PathFault::*;
        for (path, expected) in [
            ("icon.svg", None),
            ("./assets/icon..light.svg", None),
            ("https://example.com/icon.svg", Some(Url)),
            ("DATA:image/png;base64,AA", Some(Url)),
            ("file:icon.svg", Some(Url)),
            ("File:///C:/icon.svg", Some(Url)),
            ("icon.svg\0.png", Some(Control)),
            ("icon\n.svg", Some(Control)),
            ("icon\u{9b}.svg", Some(Control)),
            ("//host/share/icon.svg", Some(Absolute)),
            (r"\\?\C:\icon.svg", Some(Absolute)),
            ("/icon.svg", Some(Absolute)),
            (r"\\host\icon.svg", Some(Absolute)),
            (r"c:\icon.svg", Some(Absolute)),
            ("C:icon.svg", Some(Absolute)),
            (r"assets\icon.svg", Some(Backslash)),
            ("../icon.svg", Some(Parent)),
            ("assets/..", Some(Parent)),
            ("é:icon.svg", None),
        ] {
            assert_eq!(path_fault(path), expected, "{path}");
        }
    }

    #[test]
    fn both_icon_conventions_are_looked_at() {
        assert_eq!(icon_places("./a.svg"), ["assets/a.svg", "a.svg"]);
        assert_eq!(
            icon_places("assets/a.svg"),
            ["assets/a.svg", "assets/assets/a.svg"]
        );
    }
}
