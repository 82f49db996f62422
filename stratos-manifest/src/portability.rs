//! Portability of file names between operating systems.

use crate::quote::quote;

/// The reason why a path does not name the same file on every operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortabilityError {
    /// A device name of Windows, such as `con`.
    Device,
    /// A character that Windows does not allow in file names.
    Character(char),
    /// A dot or space at the end of a segment, which Windows removes.
    LostEnd,
    /// A URL escape such as `%2f`, which file systems do not decode.
    Escape,
    /// A short name that Windows generates, such as `PLUGIN~1.SVG`.
    ShortName,
}

impl PortabilityError {
    /// The predicate of a sentence about a path with this segment, such as "contains the reserved device name `con`",
    /// and the reason why it is a problem.
    #[must_use]
    pub fn describe(self, segment: &str) -> (String, &'static str) {
        let segment = quote(segment);
        match self {
            Self::Device => (
                format!("contains the reserved device name {segment}"),
                "Windows reserves the name for a device, whatever its extension",
            ),
            Self::Character(char) => (
                format!("contains `{char}` in {segment}"),
                "file and folder names on Windows cannot contain this character",
            ),
            Self::LostEnd => (
                format!("has a dot or a space at the end of {segment}"),
                "Windows drops it, so the file has another name there",
            ),
            Self::Escape => (
                format!("contains a URL escape in {segment}"),
                "a path is not a URL: `%20` and the like are not decoded",
            ),
            Self::ShortName => (
                format!("contains the short name {segment}"),
                "Windows generates short names where a file is stored, and they differ on other computers",
            ),
        }
    }
}

/// The first error in `path`, with its segment. `path` is relative, with `/` as the separator, and has no segment `..`.
///
/// ```
/// use stratos_manifest::{PortabilityError, portability_error};
///
/// assert_eq!(portability_error("ui/index.js"), None);
/// assert_eq!(portability_error("ui/aux.js"), Some((PortabilityError::Device, "aux.js")));
/// ```
pub fn portability_error(path: &str) -> Option<(PortabilityError, &str)> {
    path.split('/')
        .filter(|segment| !matches!(*segment, "" | "."))
        .find_map(|segment| segment_error(segment).map(|error| (error, segment)))
}

/// Removes the dots and spaces at the ends of segments, as Windows does.
pub(crate) fn trim_lost_ends(path: &str) -> String {
    let segments: Vec<_> = path
        .split('/')
        .map(|segment| match segment {
            "." => segment,
            _ => segment.trim_end_matches(['.', ' ']),
        })
        .collect();
    segments.join("/")
}

fn segment_error(segment: &str) -> Option<PortabilityError> {
    let is_rejected = |char: &char| matches!(char, ':' | '*' | '?' | '"' | '<' | '>' | '|');
    if let Some(char) = segment.chars().find(is_rejected) {
        Some(PortabilityError::Character(char))
    } else if segment.ends_with(['.', ' ']) {
        Some(PortabilityError::LostEnd)
    } else if is_device(segment) {
        Some(PortabilityError::Device)
    } else if has_escape(segment) {
        Some(PortabilityError::Escape)
    } else if is_short_name(segment) {
        Some(PortabilityError::ShortName)
    } else {
        None
    }
}

/// Whether the name without its extension is a device: `con.svg` is the console.
pub(crate) fn is_device(segment: &str) -> bool {
    let stem = segment.split('.').next().unwrap_or_default();
    let stem = stem.trim_end().to_ascii_uppercase();
    let is_numbered = |name: &str| {
        stem.strip_prefix(name).is_some_and(|number| {
            let mut chars = number.chars();
            matches!(chars.next(), Some('0'..='9' | '¹' | '²' | '³')) && chars.next().is_none()
        })
    };
    matches!(
        stem.as_str(),
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$"
    ) || is_numbered("COM")
        || is_numbered("LPT")
}

fn has_escape(segment: &str) -> bool {
    let lowercase = segment.to_ascii_lowercase();
    ["%2e", "%2f", "%5c", "%00", "%20"]
        .iter()
        .any(|escape| lowercase.contains(escape))
}

/// Whether the name is in capitals and has a `~`, a number and at most 8 + 3 characters.
fn is_short_name(segment: &str) -> bool {
    let (stem, extension) = segment.split_once('.').unwrap_or((segment, ""));
    let number = stem.rsplit_once('~').map(|(_, number)| number);
    stem.len() <= 8
        && extension.len() <= 3
        && !segment.contains(|char: char| char.is_lowercase())
        && number.is_some_and(|number| {
            !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_windows_changes_or_rejects_are_errors() {
        use PortabilityError::*;
        for (path, expected) in [
            ("assets/icon.svg", None),
            ("./console/context.svg", None),
            ("assets/com.svg", None),
            ("assets/com10.svg", None),
            ("icon..light.svg", None),
            ("100%.svg", None),
            ("icon~1.svg", None),
            ("ICON~.SVG", None),
            ("ein schönes Bild.svg", None),
            ("con.svg", Some(Device)),
            ("assets/NUL", Some(Device)),
            ("Aux.light.svg", Some(Device)),
            ("prn .svg", Some(Device)),
            ("lpt1/icon.svg", Some(Device)),
            ("com².svg", Some(Device)),
            ("conin$", Some(Device)),
            ("icon.svg::$DATA", Some(Character(':'))),
            ("icon?.svg", Some(Character('?'))),
            ("a<b.svg", Some(Character('<'))),
            ("icon.svg ", Some(LostEnd)),
            ("icon.svg.", Some(LostEnd)),
            ("assets./icon.svg", Some(LostEnd)),
            ("...", Some(LostEnd)),
            ("%2e%2E/icon.svg", Some(Escape)),
            ("assets%2Ficon.svg", Some(Escape)),
            ("assets%5cicon.svg", Some(Escape)),
            ("MYPLUG~1/icon.svg", Some(ShortName)),
            ("ICON~12.SVG", Some(ShortName)),
        ] {
            let error = portability_error(path).map(|(error, _)| error);
            assert_eq!(error, expected, "{path}");
        }
    }

    #[test]
    fn lost_ends_are_trimmed_in_every_segment() {
        assert_eq!(trim_lost_ends("./assets /icon.svg. ."), "./assets/icon.svg");
    }
}
