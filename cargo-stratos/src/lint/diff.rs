//! Unified diffs of fixes.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};

use similar::{ChangeTag, TextDiff};

use crate::output::{BOLD, CYAN, GREEN, RED, escape};

/// Changes to a file as a patch.
#[derive(Debug)]
pub(super) struct Patch {
    /// A unified diff in colours, without its last line break.
    pub(super) text: String,
    /// Whether `git apply` accepts the patch: its path stays in the current folder, and no character is escaped.
    pub(super) applies: bool,
}

/// A unified diff of the file `path`.
pub(super) fn diff(path: &Path, before: &[u8], after: &[u8]) -> Patch {
    let is_inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    let is_inside = path.components().all(is_inside);
    let parts = path.components().filter(|part| *part != Component::CurDir);
    let path = parts.collect::<PathBuf>();
    let path = path.to_string_lossy().replace(MAIN_SEPARATOR, "/");
    let path = escape(path.trim_start_matches('/'));
    let mut applies = is_inside && matches!(path, Cow::Borrowed(_));
    let (Ok(before), Ok(after)) = (str::from_utf8(before), str::from_utf8(after)) else {
        // The words of git. Such a file is read as UTF-16 and written as UTF-8.
        return Patch {
            text: format!("Binary files a/{path} and b/{path} differ"),
            applies: false,
        };
    };
    let mut text = format!("{BOLD}--- a/{path}{BOLD:#}\n{BOLD}+++ b/{path}{BOLD:#}\n");
    // For `patch`, a line ends with a line feed only; `similar` would also end it at a carriage return.
    let [before, after] =
        [before, after].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let diff = TextDiff::configure()
        .newline_terminated(true)
        .diff_slices(&before, &after);
    for hunk in diff.unified_diff().iter_hunks() {
        push_line(&mut text, format_args!("{CYAN}{}{CYAN:#}", hunk.header()));
        for change in hunk.iter_changes() {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ('-', RED),
                ChangeTag::Insert => ('+', GREEN),
                ChangeTag::Equal => (' ', anstyle::Style::new()),
            };
            let line = change.value();
            let line = line.strip_suffix('\n').unwrap_or(line);
            // Carriage returns at line ends are printed raw: without them, the patch would not apply.
            let (line, end) = match line.strip_suffix('\r') {
                Some(line) => (line, "\r"),
                None => (line, ""),
            };
            let shown = escape_patch_line(sign, line);
            applies &= shown == line;
            push_line(
                &mut text,
                format_args!("{style}{sign}{shown}{style:#}{end}"),
            );
            if change.missing_newline() {
                push_line(&mut text, format_args!("\\ No newline at end of file"));
            }
        }
    }
    text.truncate(text.trim_end_matches('\n').len());
    Patch { text, applies }
}

/// Escapes a line of a patch, except for tabs.
fn escape_patch_line(sign: char, line: &str) -> String {
    let parts: Vec<_> = line.split('\t').map(escape).collect();
    let escaped = parts.join("\t");
    // After a space, the runner of a CI service takes `::` for the start of a command.
    match sign == ' ' && line.trim_start().starts_with("::") {
        true => escaped.replacen("::", ":\\u{3a}", 1),
        false => escaped,
    }
}

fn push_line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("writing to a string does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain_diff(before: &str, after: &str) -> String {
        let text = diff(
            Path::new("a b/plugin.json"),
            before.as_bytes(),
            after.as_bytes(),
        );
        anstream::adapter::strip_str(&text.text).to_string()
    }

    #[test]
    fn changes_are_a_unified_diff() {
        assert_eq!(
            plain_diff("{\r\n\t\"a\": 1,\r\n}", "{\r\n\t\"a\": 1\r\n}"),
            "--- a/a b/plugin.json\n+++ b/a b/plugin.json\n@@ -1,3 +1,3 @@\n {\r\n-\t\"a\": 1,\r\n+\t\"a\": 1\r\n }\n\\ No newline at end of file"
        );
    }

    #[test]
    fn ci_commands_and_paths_outside_make_a_patch_inapplicable() {
        let before = "{ /*\n::a::\n \t::b::\n c::d */ \"a\": 1,\n}";
        let after = "{ /*\n::a::\n \t::b::\n c::d */ \"a\": 1\n}";
        let shown = plain_diff(before, after);
        assert!(
            shown.contains(" :\\u{3a}a::\n  \t:\\u{3a}b::\n-"),
            "{shown}"
        );
        assert!(shown.contains("- c::d"), "{shown}");
        let applies = |before: &str| {
            let after = before.replace(",\n}", "\n}");
            diff(Path::new("p"), before.as_bytes(), after.as_bytes()).applies
        };
        assert!(applies("{\n\t\"a\": 1,\n}"));
        for (path, expected) in [("./a/b", true), ("a/../b", false), ("/a/b", false)] {
            let patch = diff(Path::new(path), b"[1,]\n", b"[1]\n");
            assert_eq!(patch.applies, expected, "{path}");
            assert!(!patch.text.contains("a/./"), "{}", patch.text);
        }
        assert!(!applies(before));
        assert!(!applies("\u{feff}{\n\"a\": 1,\n}"));
    }
}
