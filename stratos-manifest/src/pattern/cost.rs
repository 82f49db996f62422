//! How long a match may take, told before it is tried.

/// An upper bound of the ways in which a backtracking engine can try `pattern` on a text of `chars` characters.
///
/// That is the number that explodes in `(a+)+$`. The bound is a rough one: it takes every character to match, so that
/// only what cannot take long, whatever the text, gets a small number. `None` for what this does not understand.
pub(super) fn paths(pattern: &str, chars: usize) -> Option<f64> {
    let mut rest = pattern.chars().peekable();
    let mut groups: Vec<Group> = Vec::new();
    let mut group = Group::new();
    while let Some(char) = rest.next() {
        match char {
            '\\' => {
                rest.next();
                group.add(1.0);
            }
            '[' => {
                skip_class(&mut rest)?;
                group.add(1.0);
            }
            '(' => {
                if rest.next_if_eq(&'?').is_some() {
                    // Up to the end of `?:`, `?=`, `?<!` or `?<name>`.
                    rest.find(|char| matches!(char, ':' | '=' | '!' | '>'))?;
                }
                groups.push(std::mem::replace(&mut group, Group::new()));
            }
            ')' => {
                let inner = std::mem::replace(&mut group, groups.pop()?);
                group.add(inner.ways());
            }
            '|' => group.alternative(),
            '*' | '+' => group.repeat(chars + 2),
            '?' => group.repeat(1),
            '{' => match limits(&mut rest.clone()) {
                Some((least, most)) => group.repeat(most.min(least.saturating_add(chars + 2))),
                None => group.add(1.0),
            },
            _ => group.add(1.0),
        }
    }
    // A match may start at each character, and behind the last one.
    groups.is_empty().then(|| group.ways() * (chars + 1) as f64)
}

/// The ways through what stands between two parentheses.
struct Group {
    alternatives: f64,
    sequence: f64,
    /// The last element, which a quantifier may follow.
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

    fn add(&mut self, ways: f64) {
        self.sequence *= self.last;
        self.last = ways;
    }

    fn alternative(&mut self) {
        *self = Self {
            alternatives: self.ways(),
            ..Self::new()
        };
    }

    /// Each number of repetitions up to `most` is a way of its own.
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

    fn ways(&self) -> f64 {
        self.alternatives + self.sequence * self.last
    }
}

/// Skips a class up to its closing bracket. Classes in classes are left alone: what they mean depends on a flag.
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

/// The numbers of `m}`, `m,}` or `m,n}`; anything else is literal text.
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
    fn what_people_write_is_cheap() {
        for pattern in [
            "^[A-Z]{4}$",
            r"^\d{4}-\d{2}-\d{2}$",
            "^(?:kg|lb)$",
            r"^(?<name>[a-z]+)\s(?!x)[a-z]*$",
            r"^[^@\s]+@[^@\s]+$",
            r"^https?://\S+$",
        ] {
            assert!(paths(pattern, 20).unwrap() < 1e6, "{pattern}");
        }
    }

    #[test]
    fn what_explodes_is_expensive() {
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
            assert!(paths(pattern, 30).unwrap() > 1e8, "{pattern}");
        }
    }

    #[test]
    fn what_it_does_not_understand_has_no_number() {
        for pattern in ["(", ")", "[a", "[[a]--[b]]", "(?"] {
            assert_eq!(paths(pattern, 10), None, "{pattern}");
        }
    }
}
