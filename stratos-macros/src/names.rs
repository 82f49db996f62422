//! From the manifest's spelling to Rust's.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;
use syn::Ident;

/// `refreshInterval`, `refresh-interval` and `Refresh interval` as `refresh_interval`.
pub(crate) fn snake(text: &str) -> String {
    words(text).join("_")
}

/// The same as `refresh-interval`, which is how channels are written.
pub(crate) fn kebab(text: &str) -> String {
    words(text).join("-")
}

/// The same as `RefreshInterval`.
pub(crate) fn upper_camel(text: &str) -> String {
    let words = words(text);
    let capital = |word: &String| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect::<String>()
    };
    words.iter().map(capital).collect()
}

/// Gives out names that are identifiers and taken only once.
#[derive(Default)]
pub(crate) struct Names {
    taken: BTreeSet<String>,
    /// The next number to try for a name, so that thousands of equal ones are no quadratic work.
    next: BTreeMap<String, usize>,
}

impl Names {
    /// `wanted`, or the same with a number where it is taken; `fallback` where it is no identifier.
    pub(crate) fn take(&mut self, wanted: &str, fallback: &str) -> Ident {
        self.take_all(wanted, fallback, &[""])
    }

    /// Like [`take`](Self::take), for a name that is also used with each of these endings.
    pub(crate) fn take_all(&mut self, wanted: &str, fallback: &str, endings: &[&str]) -> Ident {
        let base = match identifier(wanted) {
            Some(_) => wanted,
            None => fallback,
        };
        let is_free = |name: &str| {
            let mut all = endings.iter();
            all.all(|ending| !self.taken.contains(&format!("{name}{ending}")))
        };
        let is_type = base.contains(char::is_uppercase) && !base.ends_with(char::is_numeric);
        let separator = if is_type { "" } else { "_" };
        let next = self.next.get(base).copied().unwrap_or(1);
        let (number, name) = (next..)
            .map(|number| match number {
                1 => (number, base.to_owned()),
                _ => (number, format!("{base}{separator}{number}")),
            })
            .find(|(_, name)| is_free(name))
            .expect("there are enough numbers");
        self.next.insert(base.to_owned(), number + 1);
        for ending in endings {
            self.taken.insert(format!("{name}{ending}"));
        }
        identifier(&name).expect("a name and a number are an identifier")
    }
}

/// The name as an identifier, a raw one where it is a keyword; `None` where that does not do either.
fn identifier(name: &str) -> Option<Ident> {
    if matches!(name, "self" | "Self" | "super" | "crate" | "_" | "") {
        return None;
    }
    let is_plain = |text: &str| text.is_ascii() && syn::parse_str::<Ident>(text).is_ok();
    if is_plain(name) {
        return Some(Ident::new(name, Span::call_site()));
    }
    let is_keyword = name.is_ascii() && syn::parse_str::<Ident>(&format!("r#{name}")).is_ok();
    is_keyword.then(|| Ident::new_raw(name, Span::call_site()))
}

/// The words in lower case; a capital after a small letter begins one, and so does every other character.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for char in text.chars() {
        let begins = char.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit());
        if begins || !char.is_alphanumeric() {
            words.push(String::new());
        }
        if char.is_alphanumeric() {
            let word = words.last_mut().expect("there is one from the beginning");
            word.extend(char.to_lowercase());
        }
        before = char;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for (text, as_snake, as_camel) in [
            ("refresh_interval", "refresh_interval", "RefreshInterval"),
            ("refreshInterval", "refresh_interval", "RefreshInterval"),
            ("Refresh-Interval", "refresh_interval", "RefreshInterval"),
            ("apiURL", "api_url", "ApiUrl"),
            ("kg", "kg", "Kg"),
            ("simbrief.user", "simbrief_user", "SimbriefUser"),
            ("--", "", ""),
        ] {
            assert_eq!(snake(text), as_snake, "{text}");
            assert_eq!(upper_camel(text), as_camel, "{text}");
        }
        assert_eq!(kebab("get_status"), "get-status");
    }

    #[test]
    fn names_are_taken_once() {
        let mut names = Names::default();
        for (wanted, expected) in [
            ("api", "api"),
            ("api", "api_2"),
            ("type", "r#type"),
            ("self", "setting_1"),
            ("3d", "setting_1_2"),
            ("ä", "setting_1_3"),
            ("Kg", "Kg"),
            ("Kg", "Kg2"),
        ] {
            assert_eq!(names.take(wanted, "setting_1").to_string(), expected);
        }
        let mut names = Names::default();
        let with_or = ["", "_or"];
        assert_eq!(names.take_all("a", "", &with_or).to_string(), "a");
        assert_eq!(names.take_all("a_or", "", &with_or).to_string(), "a_or_2");
    }

    /// With work that grows with the square of their number, it would not end.
    #[test]
    fn equal_names_are_numbered_one_after_the_other() {
        let mut names = Names::default();
        let last = (0..100_000).map(|_| names.take("api", "")).last();
        assert_eq!(last.unwrap().to_string(), "api_100000");
    }
}
