//! Quoting of shell arguments.

/// Quotes an argument for the usual shell of this operating system.
pub(super) fn quote(text: &str) -> String {
    if cfg!(windows) {
        quote_windows(text)
    } else {
        quote_unix(text)
    }
}

fn quote_unix(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,:@%=".contains(c);
    let text = escape_leading_hyphen(text, "./");
    match text.chars().all(is_plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// Quotes for both `cmd` and PowerShell, as far as their rules agree.
fn quote_windows(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || r"\/._-+:".contains(c);
    let text = escape_leading_hyphen(text, r".\");
    match text.chars().all(is_plain) {
        true => text,
        false => format!("\"{text}\""),
    }
}

/// Puts the current folder before a name that starts with a hyphen, which would be taken for an option.
fn escape_leading_hyphen(text: &str, current_dir: &str) -> String {
    match text.starts_with('-') {
        true => format!("{current_dir}{text}"),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_quoted() {
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
            assert_eq!(quote_unix(text), unix);
            assert_eq!(quote_windows(text), windows);
        }
    }
}
