//! What repairs would change, as a patch.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};

use similar::{ChangeTag, TextDiff};

use crate::output::{BOLD, CYAN, GREEN, RED, escape};

/// What repairs change in a file.
#[derive(Debug)]
pub(crate) struct Patch {
    /// A unified diff without its last line break, coloured.
    pub(crate) text: String,
    /// Whether it fits the file: what would be obeyed is shown otherwise than it is there.
    pub(crate) is_exact: bool,
}

/// The changes as a unified diff.
pub(crate) fn diff(path: &Path, before: &[u8], after: &[u8]) -> Patch {
    // Who applies a patch refuses to leave the folder that it is applied in.
    let stays = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    let stays = path.components().all(stays);
    let parts = path.components().filter(|part| *part != Component::CurDir);
    let path = parts.collect::<PathBuf>();
    let path = path.to_string_lossy().replace(MAIN_SEPARATOR, "/");
    let shown = escape(path.trim_start_matches('/'));
    let mut is_exact = stays && matches!(shown, Cow::Borrowed(_));
    let path = shown;
    let (Ok(before), Ok(after)) = (str::from_utf8(before), str::from_utf8(after)) else {
        // As git says it; such a file is read as UTF-16, and written as UTF-8.
        return Patch {
            text: format!("Binary files a/{path} and b/{path} differ"),
            is_exact: false,
        };
    };
    let mut text = format!("{BOLD}--- a/{path}{BOLD:#}\n{BOLD}+++ b/{path}{BOLD:#}\n");
    // A line ends with a line feed, for `patch` as well; the library would also end it with a carriage return.
    let [before, after] =
        [before, after].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let diff = TextDiff::configure()
        .newline_terminated(true)
        .diff_slices(&before, &after);
    for hunk in diff.unified_diff().iter_hunks() {
        line(&mut text, format_args!("{CYAN}{}{CYAN:#}", hunk.header()));
        for change in hunk.iter_changes() {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ('-', RED),
                ChangeTag::Insert => ('+', GREEN),
                ChangeTag::Equal => (' ', anstyle::Style::new()),
            };
            let value = change.value();
            let value = value.strip_suffix('\n').unwrap_or(value);
            // A patch without them would not fit.
            let (value, end) = match value.strip_suffix('\r') {
                Some(value) => (value, "\r"),
                None => (value, ""),
            };
            let mut shown = harmless(value);
            if sign == ' ' && value.trim_start().starts_with("::") {
                // The runner of a CI service takes it for a command.
                shown = shown.replacen("::", ":\\u{3a}", 1);
            }
            is_exact &= shown == value;
            let value = shown;
            line(
                &mut text,
                format_args!("{style}{sign}{value}{style:#}{end}"),
            );
            if change.missing_newline() {
                line(&mut text, format_args!("\\ No newline at end of file"));
            }
        }
    }
    text.truncate(text.trim_end_matches('\n').len());
    Patch { text, is_exact }
}

/// Tabs stay what they are: they are how people indent.
fn harmless(text: &str) -> String {
    let parts: Vec<_> = text.split('\t').map(escape).collect();
    parts.join("\t")
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a text takes all that is written to it");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(before: &str, after: &str) -> String {
        let text = diff(
            Path::new("a b/plugin.json"),
            before.as_bytes(),
            after.as_bytes(),
        );
        anstream::adapter::strip_str(&text.text).to_string()
    }

    #[test]
    fn lines_are_shown_as_a_patch() {
        assert_eq!(
            plain("{\r\n\t\"a\": 1,\r\n}", "{\r\n\t\"a\": 1\r\n}"),
            "--- a/a b/plugin.json\n+++ b/a b/plugin.json\n@@ -1,3 +1,3 @@\n {\r\n-\t\"a\": 1,\r\n+\t\"a\": 1\r\n }\n\\ No newline at end of file"
        );
    }

    #[test]
    fn no_line_is_a_command_to_a_ci_service() {
        let before = "{ /*\n::a::\n \t::b::\n c::d */ \"a\": 1,\n}";
        let after = "{ /*\n::a::\n \t::b::\n c::d */ \"a\": 1\n}";
        let shown = plain(before, after);
        assert!(
            shown.contains(" :\\u{3a}a::\n  \t:\\u{3a}b::\n-"),
            "{shown}"
        );
        assert!(shown.contains("- c::d"), "{shown}");
        let is_exact = |before: &str| {
            let after = before.replace(",\n}", "\n}");
            diff(Path::new("p"), before.as_bytes(), after.as_bytes()).is_exact
        };
        assert!(is_exact("{\n\t\"a\": 1,\n}"));
        for (path, expected) in [("./a/b", true), ("a/../b", false), ("/a/b", false)] {
            let patch = diff(Path::new(path), b"[1,]\n", b"[1]\n");
            assert_eq!(patch.is_exact, expected, "{path}");
            assert!(!patch.text.contains("a/./"), "{}", patch.text);
        }
        assert!(!is_exact(before));
        assert!(!is_exact("\u{feff}{\n\"a\": 1,\n}"));
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        let shown = plain(
            "\u{feff}{\u{1b}[2J\u{202e}\r\r\n}\n",
            "{\u{1b}[2J\u{202e}\r\r\n}\n",
        );
        assert!(
            shown.contains("-\\u{feff}{\\u{1b}[2J\\u{202e}\\r\r\n"),
            "{shown:?}"
        );
        let binary = diff(Path::new("p"), b"\xff\xfe{\0", b"{");
        assert!(!binary.is_exact);
        assert_eq!(binary.text, "Binary files a/p and b/p differ");
    }
}
