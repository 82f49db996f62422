//! What is said in the end, and what may be said in the beginning.

use std::fmt;
use std::path::Path;

use stratos_templates::{Options, SDK_VERSION, Sdk};

use crate::commands::new::author::NOBODY;
use crate::output::{BOLD, DIM, GREEN, escape};

/// The project is made: what now?
#[derive(Debug)]
pub(super) struct Next<'a> {
    pub(super) options: &'a Options,
    /// As it was given.
    pub(super) path: &'a Path,
    pub(super) is_here: bool,
}

impl fmt::Display for Next<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            options,
            path,
            is_here,
        } = self;
        let id = &options.id;
        let path = argument(&path.to_string_lossy());
        let path = escape(&path);
        writeln!(
            f,
            "{GREEN}made{GREEN:#} the plugin {BOLD}{id}{BOLD:#} in {path}"
        )?;
        if options.author.id == NOBODY.0 {
            writeln!(
                f,
                "\nIts author is not known: say it in plugin.json, under `author`."
            )?;
        }
        if options.sdk == Sdk::Published {
            writeln!(
                f,
                "\nIt builds against stratos-sdk {SDK_VERSION} from crates.io. Where that is not published yet, get its\n\
                 source and make the plugin with `--sdk-path DIR`, the folder `stratos-sdk` in it."
            )?;
        }
        writeln!(f, "\nNext:")?;
        if !is_here {
            writeln!(f, "  cd {path}")?;
        }
        writeln!(
            f,
            "  cargo stratos run    {DIM}# build it, and run it in a mocked shell{DIM:#}"
        )?;
        write!(
            f,
            "  cargo stratos check  {DIM}# look for mistakes in plugin.json{DIM:#}"
        )
    }
}

/// One argument for the shell that people use here.
fn argument(text: &str) -> String {
    if cfg!(windows) {
        windows_argument(text)
    } else {
        unix_argument(text)
    }
}

fn unix_argument(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,:@%=".contains(c);
    let text = past_options(text, "./");
    match text.chars().all(is_plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// For `cmd` and PowerShell alike, as far as they agree.
fn windows_argument(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || r"\/._-+:".contains(c);
    let text = past_options(text, r".\");
    match text.chars().all(is_plain) {
        true => text,
        false => format!("\"{text}\""),
    }
}

/// A folder may be called like an option.
fn past_options(text: &str, here: &str) -> String {
    match text.starts_with('-') {
        true => format!("{here}{text}"),
        false => text.to_owned(),
    }
}

/// A text for a manifest: something to see, in one line.
pub(super) fn one_line(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        Err("it is empty".to_owned())
    } else if text.contains(char::is_control) {
        Err("it has to be one line without control characters".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_reach_cd_as_one() {
        for (text, unix, windows) in [
            ("my-plugin", "my-plugin", "my-plugin"),
            ("a/b.c", "a/b.c", "a/b.c"),
            ("my plugin", "'my plugin'", "\"my plugin\""),
            ("it's", r"'it'\''s'", "\"it's\""),
            ("~x", "'~x'", "\"~x\""),
            ("$HOME", "'$HOME'", "\"$HOME\""),
            ("-x", "./-x", r".\-x"),
            ("- x", "'./- x'", "\".\\- x\""),
            (r"a\b", r"'a\b'", r"a\b"),
            ("größe", "größe", "größe"),
        ] {
            assert_eq!(unix_argument(text), unix);
            assert_eq!(windows_argument(text), windows);
        }
    }
}
