//! File names that are not names everywhere.

/// Why a path does not name the same file on every system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PortabilityFault {
    /// A segment is the name of a device of Windows.
    Device,
    /// A character that Windows has no place for in names.
    Character(char),
    /// A dot or a space at the end of a segment, which Windows drops.
    LostEnd,
    /// An escape of addresses, which a file name is not, for a character that means something in paths.
    Escape,
    /// The short name that Windows makes up for a long one.
    ShortName,
}

/// What is wrong with a segment of `path`, and the segment. `path` has no
/// [`path_fault`](crate::plugin_path::path_fault).
pub(crate) fn portability_fault(path: &str) -> Option<(PortabilityFault, &str)> {
    path.split('/')
        .filter(|segment| !matches!(*segment, "" | "."))
        .find_map(|segment| fault(segment).map(|fault| (fault, segment)))
}

/// The path without the dots and spaces that Windows drops.
pub(crate) fn without_lost_ends(path: &str) -> String {
    let segments: Vec<_> = path
        .split('/')
        .map(|segment| match segment {
            "." => segment,
            _ => segment.trim_end_matches(['.', ' ']),
        })
        .collect();
    segments.join("/")
}

fn fault(segment: &str) -> Option<PortabilityFault> {
    let refused = |char: &char| matches!(char, ':' | '*' | '?' | '"' | '<' | '>' | '|');
    if let Some(char) = segment.chars().find(refused) {
        Some(PortabilityFault::Character(char))
    } else if segment.ends_with(['.', ' ']) {
        Some(PortabilityFault::LostEnd)
    } else if is_device(segment) {
        Some(PortabilityFault::Device)
    } else if has_escape(segment) {
        Some(PortabilityFault::Escape)
    } else if is_short_name(segment) {
        Some(PortabilityFault::ShortName)
    } else {
        None
    }
}

/// Whatever the ending: `con.svg` is the console.
fn is_device(segment: &str) -> bool {
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

/// `PLUGIN~1.SVG`: capitals, at most eight and three.
fn is_short_name(segment: &str) -> bool {
    let (stem, ending) = segment.split_once('.').unwrap_or((segment, ""));
    let number = stem.rsplit_once('~').map(|(_, number)| number);
    stem.len() <= 8
        && ending.len() <= 3
        && !segment.contains(|char: char| char.is_lowercase())
        && number.is_some_and(|number| {
            !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_none_on_windows() {
        use PortabilityFault::*;
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
            let fault = portability_fault(path).map(|(fault, _)| fault);
            assert_eq!(fault, expected, "{path}");
        }
    }

    #[test]
    fn lost_ends_are_taken_off_everywhere() {
        assert_eq!(
            without_lost_ends("./assets /icon.svg. ."),
            "./assets/icon.svg"
        );
    }
}
