//! Conversion of names in manifests and attributes to Rust identifiers.
//!
//! The crate `heck` would replace three short functions here, but every plugin author would compile it.

use std::collections::BTreeSet;
use std::iter;

use proc_macro2::Span;
use syn::Ident;

/// Converts `refreshInterval`, `refresh-interval` and `Refresh interval` to `refresh_interval`.
pub(crate) fn snake(text: &str) -> String {
    words(text).join("_")
}

/// Converts a name in any convention to `refresh-interval`.
pub(crate) fn kebab(text: &str) -> String {
    words(text).join("-")
}

/// Converts a name in any convention to `RefreshInterval`.
pub(crate) fn upper_camel(text: &str) -> String {
    let words = words(text);
    let capital = |word: &String| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect::<String>()
    };
    words.iter().map(capital).collect()
}

/// A set of identifiers that makes each new one unique with a number.
#[derive(Default)]
pub(crate) struct UniqueNames {
    taken: BTreeSet<String>,
}

impl UniqueNames {
    /// Adds `wanted`, or `fallback` if `wanted` is no identifier, with a number if the name is already taken.
    pub(crate) fn take(&mut self, wanted: &str, fallback: &str) -> Ident {
        self.take_all(wanted, fallback, &[""])
    }

    /// Like [`take`](Self::take), for a name that must be unique with each of the suffixes.
    pub(crate) fn take_all(&mut self, wanted: &str, fallback: &str, suffixes: &[&str]) -> Ident {
        let base = match identifier(wanted) {
            Some(_) => wanted,
            None => fallback,
        };
        let is_free = |name: &str| {
            let mut suffixes = suffixes.iter();
            suffixes.all(|suffix| !self.taken.contains(&format!("{name}{suffix}")))
        };
        let is_type = base.contains(char::is_uppercase) && !base.ends_with(char::is_numeric);
        let separator = if is_type { "" } else { "_" };
        let numbered = (2..).map(|number| format!("{base}{separator}{number}"));
        let name = iter::once(base.to_owned())
            .chain(numbered)
            .find(|name| is_free(name))
            .expect("the range of numbers is unbounded");
        for suffix in suffixes {
            self.taken.insert(format!("{name}{suffix}"));
        }
        identifier(&name).expect("an identifier with a number is an identifier")
    }
}

/// Converts a name to an identifier, a raw one for keywords; `None` if that is impossible.
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

/// Splits a name into words in lower case, at capitals after small letters or digits, and at other characters.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for char in text.chars() {
        let starts_word = char.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit());
        if starts_word || !char.is_alphanumeric() {
            words.push(String::new());
        }
        if char.is_alphanumeric() {
            let word = words.last_mut().expect("`words` starts with one element");
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
    fn snake_and_upper_camel_accept_all_conventions() {
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
    fn unique_names_numbers_duplicates_and_escapes_keywords() {
        let mut names = UniqueNames::default();
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
        let mut names = UniqueNames::default();
        let with_or = ["", "_or"];
        assert_eq!(names.take_all("a", "", &with_or).to_string(), "a");
        assert_eq!(names.take_all("a_or", "", &with_or).to_string(), "a_or_2");
    }
}
