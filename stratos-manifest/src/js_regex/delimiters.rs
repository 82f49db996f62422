//! Regular expression literals of JavaScript: a pattern between slashes, and flags.

/// The flags of JavaScript.
const FLAGS: &str = "dgimsuvy";

/// The pattern between two slashes, with its escaped slashes unescaped, and the flags after the second one.
pub(crate) fn split_delimiters(pattern: &str) -> Option<(String, &str)> {
    let (inside, flags) = pattern.strip_prefix('/')?.rsplit_once('/')?;
    let is_flag = |char: char| FLAGS.contains(char);
    let backslashes = inside.len() - inside.trim_end_matches('\\').len();
    let is_closed = backslashes.is_multiple_of(2);
    // Another slash in the middle would end the pattern in JavaScript, so that this is a path.
    let has_slash = has_slash(inside);
    (is_closed && !inside.is_empty() && !has_slash && flags.chars().all(is_flag))
        .then(|| (inside.replace("\\/", "/"), flags))
}

/// Whether the pattern has a slash that is neither escaped nor in a class, such as `[/A-Z]`.
fn has_slash(pattern: &str) -> bool {
    let mut is_in_class = false;
    let mut chars = pattern.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => drop(chars.next()),
            '[' => is_in_class = true,
            ']' => is_in_class = false,
            '/' if !is_in_class => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_delimited_by_the_first_and_the_last_slash() {
        for (pattern, expected) in [
            ("/^a$/", Some(("^a$", ""))),
            ("/a/gi", Some(("a", "gi"))),
            (r"/a\/b/", Some(("a/b", ""))),
            ("/^[/A-Z]+$/", Some(("^[/A-Z]+$", ""))),
            (r"/[\]/]/", Some((r"[\]/]", ""))),
            ("/[a]/b/", None),
            ("//", None),
            ("/", None),
            ("a/b", None),
            ("/api/v1/", None),
            (r"/a\/", None),
            ("/home/me", None),
            ("", None),
        ] {
            let split = split_delimiters(pattern);
            let split = split
                .as_ref()
                .map(|(inside, flags)| (inside.as_str(), *flags));
            assert_eq!(split, expected, "{pattern}");
        }
    }
}
