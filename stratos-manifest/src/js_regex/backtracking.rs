//! An estimate of the backtracking that a match can cause.

/// An upper bound of the paths that a backtracking engine can try when it matches `pattern` against a text of `chars`
/// characters; `None` if the pattern has syntax that is not understood here.
///
/// For patterns such as `(a+)+$` the number is exponential in `chars`. The bound assumes that every character matches.
pub(super) fn max_paths(pattern: &str, chars: usize) -> Option<f64> {
    let mut rest = pattern.chars().peekable();
    let mut groups: Vec<Group> = Vec::new();
    let mut group = Group::new();
    while let Some(char) = rest.next() {
        match char {
            '\\' => {
                rest.next();
                group.push(1.0);
            }
            '[' => {
                skip_class(&mut rest)?;
                group.push(1.0);
            }
            '(' => {
                if rest.next_if_eq(&'?').is_some() {
                    // Skips the rest of `?:`, `?=`, `?<!` or `?<name>`.
                    rest.find(|char| matches!(char, ':' | '=' | '!' | '>'))?;
                }
                groups.push(std::mem::replace(&mut group, Group::new()));
            }
            ')' => {
                let inner = std::mem::replace(&mut group, groups.pop()?);
                group.push(inner.paths());
            }
            '|' => group.start_alternative(),
            '*' | '+' => group.repeat(chars + 2),
            '?' => group.repeat(1),
            '{' => match limits(&mut rest.clone()) {
                Some((least, most)) => group.repeat(most.min(least.saturating_add(chars + 2))),
                None => group.push(1.0),
            },
            _ => group.push(1.0),
        }
    }
    // A match can start at each character, and after the last one.
    groups
        .is_empty()
        .then(|| group.paths() * (chars + 1) as f64)
}

/// The number of paths through a group.
struct Group {
    /// The sum over the alternatives before the current one.
    alternatives: f64,
    /// The product over the elements of the current alternative, without the last one.
    sequence: f64,
    /// The paths through the last element, to which a quantifier would apply.
    last: f64,
}

impl Group {
    fn new() -> Self {
        Self {
            alternatives: 0.0,
            sequence: 1.0,
            last: 1.0,
        }
    }

    fn push(&mut self, paths: f64) {
        self.sequence *= self.last;
        self.last = paths;
    }

    fn start_alternative(&mut self) {
        *self = Self {
            alternatives: self.paths(),
            ..Self::new()
        };
    }

    /// Applies a quantifier: each number of repetitions up to `most` is a separate path.
    fn repeat(&mut self, most: usize) {
        let mut sum = 1.0;
        let mut power = 1.0;
        for _ in 0..most.min(10_000) {
            power *= self.last;
            sum += power;
            if !f64::is_finite(sum) {
                break;
            }
        }
        self.last = sum;
    }

    fn paths(&self) -> f64 {
        self.alternatives + self.sequence * self.last
    }
}

/// Skips a character class up to its closing bracket; `None` for nested classes, whose meaning depends on a flag.
fn skip_class(rest: &mut impl Iterator<Item = char>) -> Option<()> {
    loop {
        match rest.next()? {
            ']' => return Some(()),
            '[' => return None,
            '\\' => {
                rest.next();
            }
            _ => {}
        }
    }
}

/// The minimum and maximum of a quantifier, `m}`, `m,}` or `m,n}`; `None` for literal text.
fn limits(rest: &mut impl Iterator<Item = char>) -> Option<(usize, usize)> {
    let inside: String = rest.take_while(|&char| char != '}').collect();
    let number = |text: &str| text.parse::<usize>().ok();
    match inside.split_once(',') {
        None => number(&inside).map(|exact| (exact, exact)),
        Some((least, "")) => number(least).map(|least| (least, usize::MAX)),
        Some((least, most)) => Some((number(least)?, number(most)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_patterns_have_few_paths() {
        for pattern in [
            "^[A-Z]{4}$",
            r"^\d{4}-\d{2}-\d{2}$",
            "^(?:kg|lb)$",
            r"^(?<name>[a-z]+)\s(?!x)[a-z]*$",
            r"^[^@\s]+@[^@\s]+$",
            r"^https?://\S+$",
        ] {
            assert!(max_paths(pattern, 20).unwrap() < 1e6, "{pattern}");
        }
    }

    #[test]
    fn patterns_with_nested_quantifiers_have_many_paths() {
        for pattern in [
            "(a+)+$",
            "(a|a)*b",
            "(a*)*b",
            "((a{1,30}){1,30})b",
            "a*a*a*a*a*a*a*a*b",
            "(?:a?){30}a{30}",
            "(?=(a+)+b)",
            r"(\w|\d)*!",
        ] {
            assert!(max_paths(pattern, 30).unwrap() > 1e8, "{pattern}");
        }
    }

    #[test]
    fn unsupported_syntax_has_no_bound() {
        for pattern in ["(", ")", "[a", "[[a]--[b]]", "(?"] {
            assert_eq!(max_paths(pattern, 10), None, "{pattern}");
        }
    }
}
