//! The budget of one manifest for regular expressions.

use regress::{Flags, Regex};

use crate::js_regex::backtracking::max_paths;

/// The longest pattern that is compiled, in bytes.
const MAX_PATTERN: usize = 500;

/// The total length of the patterns that are compiled for one manifest, in bytes.
const MAX_PATTERNS: usize = 16 * 1024;

/// The total number of paths that are tried for one manifest: a few tenths of a second in the worst case.
const MAX_PATHS: f64 = 5e6;

/// The remaining budget of one manifest for compiling and matching patterns.
///
/// Manifests are untrusted and the engine backtracks, as those of JavaScript do. A pattern that would exceed the
/// budget is skipped: it has no error and rejects no text.
#[derive(Debug)]
pub(crate) struct RegexBudget {
    bytes: usize,
    paths: f64,
}

impl RegexBudget {
    pub(crate) fn new() -> Self {
        Self {
            bytes: MAX_PATTERNS,
            paths: MAX_PATHS,
        }
    }

    /// The compiler's message if JavaScript rejects the pattern without a flag and with the flags `u` and `v`.
    pub(crate) fn compile_error(&mut self, pattern: &str) -> Option<String> {
        if !self.spend_bytes(pattern) {
            return None;
        }
        let error = Regex::new(pattern).err()?;
        let is_limit = error.text.to_ascii_lowercase().contains("limit");
        (!is_limit && compile(pattern).next().is_none()).then_some(error.text)
    }

    /// Whether the pattern matches nowhere in `text`, without a flag and with the flags `u` and `v`.
    pub(crate) fn rejects(&mut self, pattern: &str, text: &str) -> bool {
        self.try_reject(pattern, text).unwrap_or(false)
    }

    /// Like [`rejects`](Self::rejects); `None` if the budget is too small for the match.
    pub(super) fn try_reject(&mut self, pattern: &str, text: &str) -> Option<bool> {
        // Without the flag `u`, JavaScript sees any other character as two.
        let is_plain = text.chars().all(|char| u32::from(char) <= 0xffff);
        if !is_plain {
            return Some(false);
        }
        if !self.spend_bytes(pattern) {
            return None;
        }
        let paths = max_paths(pattern, text.chars().count());
        let paths = paths.filter(|&paths| paths <= self.paths)?;
        self.paths -= paths;
        Some(rejects(pattern, text))
    }

    /// Takes the pattern's length from the budget, if there is enough left.
    fn spend_bytes(&mut self, pattern: &str) -> bool {
        let is_affordable = pattern.len() <= MAX_PATTERN.min(self.bytes);
        if is_affordable {
            self.bytes -= pattern.len();
        }
        is_affordable
    }
}

/// Whether no form of the pattern that JavaScript accepts matches anywhere in `text`.
pub(super) fn rejects(pattern: &str, text: &str) -> bool {
    let mut variants = compile(pattern).peekable();
    variants.peek().is_some() && variants.all(|regex| regex.find(text).is_none())
}

/// The pattern as `new RegExp` and the `pattern` attribute of HTML forms compile it, as far as they accept it.
fn compile(pattern: &str) -> impl Iterator<Item = Regex> {
    ["", "u", "v"]
        .into_iter()
        .filter_map(|flags| Regex::with_flags(pattern, Flags::from(flags)).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_compile_as_in_javascript() {
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
            assert_eq!(RegexBudget::new().compile_error(pattern), None, "{pattern}");
        }
        for pattern in [
            "(", "[a", "a**", "(?P<a>x)", "*", r"\", "a{2,1}", "[z-a]", "(?i)a",
        ] {
            assert!(
                RegexBudget::new().compile_error(pattern).is_some(),
                "{pattern}"
            );
        }
    }

    #[test]
    fn a_text_is_rejected_only_if_every_flag_rejects_it() {
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
                RegexBudget::new().rejects(pattern, text),
                expected,
                "{pattern} on {text}"
            );
        }
    }

    /// Without the budget, the first pattern alone would take years.
    #[test]
    fn hostile_patterns_do_not_hang() {
        let text = format!("{}!", "a".repeat(60));
        for pattern in [
            "^(a+)+$",
            "^(a?){60}a{60}$",
            "^(?:(?:(?:a{1000}){1000}){1000}){1000}$",
            &("(".repeat(250) + &")".repeat(250)),
            &("(?:".repeat(120) + &")*".repeat(100)),
            &"[".repeat(500),
            &r"\p{L}".repeat(100),
            &r"(\w)\1*".repeat(70),
            &("(?<a>".repeat(90) + &")".repeat(90)),
        ] {
            let mut budget = RegexBudget::new();
            for _ in 0..100 {
                budget.rejects(pattern, &text);
                budget.compile_error(pattern);
            }
        }
    }

    #[test]
    fn matching_spends_the_budget() {
        let mut budget = RegexBudget::new();
        let pattern = "^a*a*a*$";
        let text = "a".repeat(30) + "!";
        let answers = (0..100).filter(|_| budget.rejects(pattern, &text)).count();
        assert!((1..20).contains(&answers), "{answers}");
        assert!(budget.rejects("^b$", "a"));
    }
}
