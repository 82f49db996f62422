//! Rules for the paths of files in a bundle: each path names the same file on every system, and no two paths name one.
//!
//! Folders and archives are held to the same rules.

use std::collections::HashMap;

use icu_normalizer::ComposingNormalizerBorrowed;
use stratos_manifest::{PortabilityError, is_invisible, portability_error};

use crate::limits::{MAX_NAME_BYTES, MAX_PATH_UNITS};
use crate::problem::Problem;

/// The problems of the paths of a bundle's files.
///
/// ```
/// use stratos_bundle::names;
///
/// let problems = names::problems(["assets/icon.svg", "Assets/light.svg", "ui/aux.js", "../up"]);
/// let found: Vec<_> = problems.iter().map(|problem| problem.name).collect();
/// assert_eq!(found, ["unportable-name", "unsafe-path", "name-clash"]);
/// ```
pub fn problems<'p>(paths: impl IntoIterator<Item = &'p str>) -> Vec<Problem> {
    let paths: Vec<_> = paths.into_iter().collect();
    let mut problems: Vec<_> = paths.iter().filter_map(|path| path_problem(path)).collect();
    problems.extend(clashes(&paths));
    problems
}

/// The first problem of a path by itself. A path without a problem stays in the folder that it is joined to.
#[must_use]
pub fn path_problem(path: &str) -> Option<Problem> {
    unsafe_path(path)
        .or_else(|| control_character(path))
        .or_else(|| too_long(path))
        .or_else(|| unportable_name(path))
}

/// Paths and folders that a file system without regard to letter case or Unicode normalization takes for one, and paths
/// that are both a file and a folder.
///
/// Names that differ in this way in a folder of the path are reported once for the folder.
fn clashes(paths: &[&str]) -> Vec<Problem> {
    let mut known: HashMap<String, Entry<'_>> = HashMap::new();
    let mut problems = Vec::new();
    for path in paths {
        let folders = path.match_indices('/').map(|(end, _)| (&path[..end], true));
        for (entry_path, is_folder) in folders.chain([(*path, false)]) {
            let entry = Entry {
                path: entry_path,
                is_folder,
            };
            let other = *known.entry(comparison_key(entry_path)).or_insert(entry);
            if let Some(problem) = entry.clash_with(other) {
                problems.push(problem);
                break;
            }
        }
    }
    problems
}

/// A file, or a folder of one.
#[derive(Debug, Clone, Copy)]
struct Entry<'p> {
    path: &'p str,
    is_folder: bool,
}

impl Entry<'_> {
    fn clash_with(self, other: Self) -> Option<Problem> {
        let problem = |message| {
            Problem::error("name-clash", self.path, message)
                .help("rename one of the two, or leave it out in `.stratosignore`")
        };
        if self.path != other.path {
            let difference = match comparison_key(self.path) == self.path.to_lowercase() {
                true => "letter case",
                false => "letter case or Unicode normalization",
            };
            Some(problem(format!(
                "`{}` and `{}` differ in {difference} only, and are one file on Windows and macOS",
                other.path, self.path
            )))
        } else if self.is_folder != other.is_folder {
            Some(problem(format!(
                "`{}` is both a file and a folder",
                self.path
            )))
        } else {
            None
        }
    }
}

/// Equal for paths that differ in letter case or in Unicode normalization only.
///
/// The detour over upper case makes the two lower cases of the Greek sigma equal, and the one over lower case the two
/// cases of the German sharp s.
fn comparison_key(path: &str) -> String {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    let folded = nfc
        .normalize(path)
        .to_lowercase()
        .to_uppercase()
        .to_lowercase();
    nfc.normalize(&folded).into_owned()
}

fn unsafe_path(path: &str) -> Option<Problem> {
    let fault = if path.is_empty() {
        "is empty"
    } else if path.starts_with('/') {
        "is absolute"
    } else if path.contains('\\') {
        "contains a backslash, which separates folders on Windows"
    } else if path.split('/').any(|segment| segment == "..") {
        "leaves the plugin's folder"
    } else if path.split('/').any(|segment| matches!(segment, "" | ".")) {
        "contains an empty segment or `.`"
    } else {
        return None;
    };
    let problem = Problem::error("unsafe-path", path, format!("the path `{path}` {fault}"));
    Some(problem.help("write the path relative to the plugin's folder, with `/` between its names"))
}

fn control_character(path: &str) -> Option<Problem> {
    // With a character that does not show, two names look like one.
    let char = path.chars().find(|char| is_invisible(*char))?;
    let kind = match char.is_control() {
        true => "control",
        false => "invisible",
    };
    let message = format!(
        "the path contains the {kind} character U+{:04X}",
        u32::from(char)
    );
    Some(Problem::error("control-character", path, message).help("rename the file"))
}

fn too_long(path: &str) -> Option<Problem> {
    let units = path.encode_utf16().count();
    let longest_name = path.split('/').map(str::len).max().unwrap_or(0);
    let message = if units > MAX_PATH_UNITS {
        format!(
            "the path has {units} characters, and at most {MAX_PATH_UNITS} are sure to fit on Windows"
        )
    } else if longest_name > MAX_NAME_BYTES {
        format!("the path has a name of {longest_name} bytes, and Linux allows {MAX_NAME_BYTES}")
    } else {
        return None;
    };
    Some(Problem::error("path-too-long", path, message).help("shorten the names of the path"))
}

/// The names that Windows cannot have are errors, those that are ambiguous there are warnings.
fn unportable_name(path: &str) -> Option<Problem> {
    let faults = path.split('/').filter_map(portability_error);
    let is_warning = |fault| {
        matches!(
            fault,
            PortabilityError::Escape | PortabilityError::ShortName
        )
    };
    let (fault, segment) = faults.min_by_key(|(fault, _)| is_warning(*fault))?;
    let (predicate, reason) = fault.describe(segment);
    let problem = Problem::error("unportable-name", path, format!("the path {predicate}"))
        .help(format!("rename the file: {reason}"));
    Some(match is_warning(fault) {
        true => problem.warning(),
        false => problem,
    })
}

#[cfg(test)]
mod tests {
    use stratos_manifest::Level;

    use super::*;

    #[test]
    fn a_path_has_the_problem_that_makes_it_unsafe_or_unportable() {
        let long = "a".repeat(MAX_PATH_UNITS);
        let longer = format!("{long}a");
        let long_name = "漢".repeat(86);
        for (path, expected) in [
            ("ui/index.js", None),
            ("assets/ein schönes Bild.svg", None),
            ("ui/[id].js", None),
            (&long, None),
            ("", Some("unsafe-path")),
            ("/etc/passwd", Some("unsafe-path")),
            ("..", Some("unsafe-path")),
            ("ui/../../up", Some("unsafe-path")),
            ("ui\\..\\up", Some("unsafe-path")),
            ("./ui", Some("unsafe-path")),
            ("ui//index.js", Some("unsafe-path")),
            ("ui/", Some("unsafe-path")),
            ("ui/a\nb", Some("control-character")),
            ("ui/a\u{9b}b", Some("control-character")),
            ("ui/a\0", Some("control-character")),
            ("ui/a\u{202e}gnp.js", Some("control-character")),
            ("ui/a\u{ad}b.js", Some("control-character")),
            (&longer, Some("path-too-long")),
            (&long_name, Some("path-too-long")),
            ("C:/up", Some("unportable-name")),
            ("ui/a:b", Some("unportable-name")),
            ("con", Some("unportable-name")),
            ("ui/a.", Some("unportable-name")),
        ] {
            let problem = path_problem(path);
            let error = problem.filter(|problem| problem.level == Level::Error);
            assert_eq!(error.map(|error| error.name), expected, "{path}");
        }
    }

    #[test]
    fn an_ambiguous_name_is_a_warning_that_hides_no_error() {
        let level = |path| path_problem(path).map(|problem| problem.level);
        assert_eq!(level("ui/a%20b.js"), Some(Level::Warning));
        assert_eq!(level("ui/INDEX~1.JS"), Some(Level::Warning));
        assert_eq!(level("ui%20/con"), Some(Level::Error));
    }

    #[test]
    fn names_that_one_file_system_takes_for_one_clash() {
        for (paths, clash) in [
            (["a/b", "a/c"], None),
            (["a/b", "ab"], None),
            (["ss", "s"], None),
            (["a.svg", "A.svg"], Some("A.svg")),
            (["Assets/a", "assets/b"], Some("assets")),
            (["é", "e\u{301}"], Some("e\u{301}")),
            (["É", "e\u{301}"], Some("e\u{301}")),
            (["ΟΔΟΣ", "οδος"], Some("οδος")),
            (["a\u{212a}", "ak"], Some("ak")),
            (["ẞ", "ß"], Some("ß")),
            (["a", "a/b"], Some("a")),
            (["a/b", "A"], Some("A")),
        ] {
            let problems = clashes(&paths);
            let found = problems.first().and_then(|problem| problem.path.as_deref());
            assert_eq!(found, clash, "{paths:?}");
            assert!(problems.len() < 2, "{problems:?}");
        }
    }
}
