//! Paths in a manifest, which are relative to the plugin's folder.

/// The reason why a path cannot name a file in the plugin's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathError {
    /// The path has a control character.
    Control,
    /// The path has a variable, which nothing replaces.
    Variable,
    /// The path is a URL.
    Url,
    /// The path is absolute or has a drive letter.
    Absolute,
    /// The path has a backslash, which separates folders only on Windows.
    Backslash,
    /// The path has a component `..`.
    Parent,
}

/// The first error of `path`, in the order of [`PathError`].
pub(crate) fn path_error(path: &str) -> Option<PathError> {
    let has_drive = matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    let has_scheme = path.contains("://")
        || ["data:", "file:", "javascript:"]
            .iter()
            .any(|scheme| starts_with_ignore_case(path, scheme));
    if path.chars().any(char::is_control) {
        Some(PathError::Control)
    } else if has_variable(path) {
        Some(PathError::Variable)
    } else if has_scheme {
        Some(PathError::Url)
    } else if path.starts_with(['/', '\\']) || has_drive {
        Some(PathError::Absolute)
    } else if path.contains('\\') {
        Some(PathError::Backslash)
    } else if path.split('/').any(|segment| segment == "..") {
        Some(PathError::Parent)
    } else {
        None
    }
}

/// The locations where the shell may look for an icon, the likelier one first.
///
/// Published plugins name a file in `assets/` either with or without that folder.
pub fn icon_locations(path: &str) -> [String; 2] {
    let path = path.trim_start_matches("./");
    let as_written = path.to_owned();
    let under_assets = format!("assets/{path}");
    if path.starts_with("assets/") {
        [as_written, under_assets]
    } else {
        [under_assets, as_written]
    }
}

/// Whether the path has the extension of an icon, without regard to dots and spaces at the end, which
/// `unportable-path` reports.
pub(crate) fn has_icon_extension(path: &str) -> bool {
    let extension = path
        .trim_end_matches(['.', ' '])
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    matches!(extension.as_deref(), Some("svg" | "png"))
}

/// The location of an entry module.
pub(crate) fn entry_location(path: &str) -> String {
    path.trim_start_matches("./").to_owned()
}

/// Whether the path has a variable of a shell, of JavaScript or of a template.
fn has_variable(path: &str) -> bool {
    let is_name = |name: &str| {
        name.len() > 1
            && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    };
    let after_dollar = path.strip_prefix('$').and_then(|rest| rest.split_once('/'));
    ["${", "$(", "{{"].iter().any(|start| path.contains(start))
        || ["~/", "__dirname/"]
            .iter()
            .any(|start| path.starts_with(start))
        || after_dollar.is_some_and(|(name, _)| is_name(name.strip_prefix("env:").unwrap_or(name)))
        || path.match_indices('%').any(|(at, _)| {
            let closed = path[at + 1..].split_once('%');
            closed.is_some_and(|(name, _)| is_name(name))
        })
}

fn starts_with_ignore_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_unsafe_path_has_its_error() {
        use PathError::*;
        for (path, expected) in [
            ("icon.svg", None),
            ("./assets/icon..light.svg", None),
            ("https://example.com/icon.svg", Some(Url)),
            ("DATA:image/png;base64,AA", Some(Url)),
            ("file:icon.svg", Some(Url)),
            ("File:///C:/icon.svg", Some(Url)),
            ("${__dirname}/icon.svg", Some(Variable)),
            ("$(pwd)/icon.svg", Some(Variable)),
            ("assets/{{theme}}.svg", Some(Variable)),
            ("~/icon.svg", Some(Variable)),
            ("__dirname/icon.svg", Some(Variable)),
            ("$HOME/icon.svg", Some(Variable)),
            ("$env:APPDATA/icon.svg", Some(Variable)),
            ("%CD%/icon.svg", Some(Variable)),
            ("__dirname.svg", None),
            (r"%APPDATA%\icon.svg", Some(Variable)),
            ("$icon.svg", None),
            ("100%OFF.svg", None),
            ("a%20b%20c.svg", None),
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
            assert_eq!(path_error(path), expected, "{path}");
        }
    }

    #[test]
    fn an_icon_may_lie_in_assets_or_at_its_path() {
        assert_eq!(icon_locations("./a.svg"), ["assets/a.svg", "a.svg"]);
        assert_eq!(
            icon_locations("assets/a.svg"),
            ["assets/a.svg", "assets/assets/a.svg"]
        );
    }
}
