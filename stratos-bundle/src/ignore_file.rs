//! The file `.stratosignore`, which names the files of a `dist` folder that are not shipped, in the syntax of
//! `.gitignore`.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use thiserror::Error;

/// Patterns for files that are not shipped. A path is relative to the bundle, such as `ui/index.js`.
///
/// A line of the author comes after those of [`DEFAULTS`](Self::DEFAULTS), so that `!*.log` ships log files.
#[derive(Debug, Clone)]
pub struct IgnoreFile {
    patterns: Gitignore,
}

/// Error of a line of `.stratosignore`.
#[derive(Debug, Error)]
#[error("line {line} is not a pattern as in .gitignore")]
pub struct IgnoreFileError {
    /// Number of the line, from 1.
    pub line: usize,
    /// The reason.
    #[source]
    pub source: ignore::Error,
}

impl IgnoreFile {
    /// Name of the file, which lies beside `stratos.toml`.
    pub const NAME: &'static str = ".stratosignore";

    /// Patterns of files that are not shipped unless `.stratosignore` says otherwise: leftovers of version control,
    /// systems, editors and builds.
    ///
    /// A file `.env` is not among them. In a `dist` folder it is a mistake that the author should see, since a build that
    /// copies it may also have built its values into the UI.
    pub const DEFAULTS: &'static [&'static str] = &[
        ".git",
        ".gitignore",
        ".gitattributes",
        ".stratosignore",
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
        "*~",
        "*.swp",
        "*.log",
        "*.js.map",
        "*.css.map",
        "*.pdb",
        "*.dSYM",
    ];

    /// Parses the text of `.stratosignore`; the empty text leaves the defaults.
    ///
    /// # Errors
    ///
    /// Returns an error if a line is no valid pattern.
    ///
    /// ```
    /// use stratos_bundle::IgnoreFile;
    ///
    /// let ignore = IgnoreFile::parse("# notes of the author\n/notes/\n!*.log\n")?;
    /// assert!(ignore.leaves_out("notes", true));
    /// assert!(ignore.leaves_out("ui/index.js.map", false));
    /// assert!(!ignore.leaves_out("assets/sample.log", false));
    /// # Ok::<(), stratos_bundle::IgnoreFileError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, IgnoreFileError> {
        let mut builder = GitignoreBuilder::new("");
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let defaults = Self::DEFAULTS.iter().map(|pattern| (0, *pattern));
        let lines = (1..).zip(text.lines());
        for (line, pattern) in defaults.chain(lines) {
            let added = builder.add_line(None, pattern);
            added.map_err(|source| IgnoreFileError { line, source })?;
        }
        let patterns = builder.build();
        let patterns = patterns.map_err(|source| IgnoreFileError { line: 0, source })?;
        Ok(Self { patterns })
    }

    /// Whether the file or folder at `path` is left out. What is in a folder that is left out is left out as well.
    #[must_use]
    pub fn leaves_out(&self, path: &str, is_folder: bool) -> bool {
        self.patterns
            .matched(Path::new(path), is_folder)
            .is_ignore()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_git() {
        let ignore = IgnoreFile::parse("*.md\n!README.md\n/top.txt\nui/**/*.test.js\ncache/\n")
            .expect("valid patterns");
        for (path, is_folder, expected) in [
            ("plugin.json", false, false),
            ("docs/a.md", false, true),
            ("README.md", false, false),
            ("top.txt", false, true),
            ("ui/top.txt", false, false),
            ("ui/a/b/c.test.js", false, true),
            ("cache", true, true),
            ("cache", false, false),
            ("ui/.git", true, true),
            (".env", false, false),
            ("ui/index.js", false, false),
        ] {
            assert_eq!(ignore.leaves_out(path, is_folder), expected, "{path}");
        }
    }

    #[test]
    fn an_invalid_pattern_is_named_by_its_line() {
        let error = IgnoreFile::parse("*.md\n[z-a]\n").expect_err("an invalid range");
        assert_eq!(error.line, 2);
    }
}
