//! Compiling and matching, within what one manifest may cost.

use regress::{Flags, Regex};

use crate::pattern::cost::paths;

/// The longest pattern that is looked at, in bytes.
const MAX_PATTERN: usize = 500;

/// What the patterns of one manifest have together, in bytes, before the rest are left alone.
const MAX_PATTERNS: usize = 16 * 1024;

/// How many ways through patterns may be tried for one manifest: some tenths of a second at the very worst.
const MAX_PATHS: f64 = 5e6;

/// The patterns of one manifest, and what is left to spend on them.
///
/// The engine is a backtracking one, as JavaScript's are, and a pattern may come from anybody. What could take long is
/// left alone.
#[derive(Debug)]
pub(crate) struct Patterns {
    bytes: usize,
    paths: f64,
}

impl Patterns {
    pub(crate) fn new() -> Self {
        Self {
            bytes: MAX_PATTERNS,
            paths: MAX_PATHS,
        }
    }

    /// Why JavaScript has no such regular expression, with none of the flags that say how to read one.
    pub(crate) fn fault(&mut self, pattern: &str) -> Option<String> {
        if !self.may_compile(pattern) {
            return None;
        }
        let error = Regex::new(pattern).err()?;
        let is_limit = error.text.to_ascii_lowercase().contains("limit");
        (!is_limit && compiled(pattern).next().is_none()).then_some(error.text)
    }

    /// Whether the pattern certainly matches nothing in the text, with any of the flags that say how to read one.
    pub(crate) fn refuses(&mut self, pattern: &str, text: &str) -> bool {
        // Without the flag `u`, JavaScript takes a character beyond these for two.
        let is_plain = text.chars().all(|char| u32::from(char) <= 0xffff);
        if !is_plain || !self.may_compile(pattern) {
            return false;
        }
        let Some(paths) = paths(pattern, text.chars().count()).filter(|&paths| paths <= self.paths)
        else {
            return false;
        };
        self.paths -= paths;
        let mut readings = compiled(pattern).peekable();
        readings.peek().is_some() && readings.all(|regex| regex.find(text).is_none())
    }

    fn may_compile(&mut self, pattern: &str) -> bool {
        let may = pattern.len() <= MAX_PATTERN.min(self.bytes);
        if may {
            self.bytes -= pattern.len();
        }
        may
    }
}

/// The pattern as `new RegExp` reads it, and as browsers read the `pattern` of a form: those that are possible.
fn compiled(pattern: &str) -> impl Iterator<Item = Regex> {
    ["", "u", "v"]
        .into_iter()
        .filter_map(|flags| Regex::with_flags(pattern, Flags::from(flags)).ok())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn reads_patterns_as_javascript_does() {
        for pattern in [
            "^[A-Z]{4}$",
            "a{",
            r"\-",
            r"\p{L}",
            r"(?<a>x)\k<a>",
            r"(?<!a)b",
            r"[\p{L}--[a-z]]",
            "]",
            "",
        ] {
            assert_eq!(Patterns::new().fault(pattern), None, "{pattern}");
        }
        for pattern in [
            "(", "[a", "a**", "(?P<a>x)", "*", r"\", "a{2,1}", "[z-a]", "(?i)a",
        ] {
            assert!(Patterns::new().fault(pattern).is_some(), "{pattern}");
        }
    }

    #[test]
    fn refuses_only_what_is_certain() {
        for (pattern, text, expected) in [
            ("^[A-Z]{4}$", "eddf", true),
            ("^[A-Z]{4}$", "EDDF", false),
            ("[A-Z]{4}", "in EDDF", false),
            ("(", "a", false),
            ("^.$", "é", false),
            ("^.$", "😀", false),
            (r"^[a-z&&[^x]]$", "b", false),
            (r"^\p{Lu}$", "É", false),
            (r"^\p{Lu}$", "é", true),
            ("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", false),
        ] {
            assert_eq!(
                Patterns::new().refuses(pattern, text),
                expected,
                "{pattern} on {text}"
            );
        }
    }

    /// The first of them would take years.
    #[test]
    fn hostile_patterns_do_not_hang() {
        let text = format!("{}!", "a".repeat(60));
        let patterns = [
            "^(a+)+$".to_owned(),
            "^(?:a|a)*$".to_owned(),
            "^(a?){60}a{60}$".to_owned(),
            "^(?:(?:(?:a{1000}){1000}){1000}){1000}$".to_owned(),
            "(".repeat(250) + &")".repeat(250),
            "(?:".repeat(120) + &")*".repeat(100),
            "(?=".repeat(100) + &")".repeat(100),
            "a*".repeat(250),
            "[".repeat(500),
            r"\p{L}".repeat(100),
            r"(\w)\1*".repeat(70),
            "x{99999999999999999999}".repeat(20),
            "(?<a>".repeat(90) + &")".repeat(90),
        ];
        let start = Instant::now();
        for pattern in &patterns {
            let mut budget = Patterns::new();
            for _ in 0..100 {
                budget.refuses(pattern, &text);
                budget.fault(pattern);
            }
        }
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{:?}",
            start.elapsed()
        );
    }

    #[test]
    fn what_a_manifest_spends_is_spent() {
        let mut budget = Patterns::new();
        let pattern = "^a*a*a*$";
        let text = "a".repeat(30) + "!";
        let answers = (0..100).filter(|_| budget.refuses(pattern, &text)).count();
        assert!((1..20).contains(&answers), "{answers}");
        assert!(budget.refuses("^b$", "a"));
    }
}
