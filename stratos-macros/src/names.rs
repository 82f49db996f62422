//! From the manifest's spelling to Rust's.

use std::collections::BTreeSet;

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
pub(crate) struct Names(BTreeSet<String>);

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
            all.all(|ending| !self.0.contains(&format!("{name}{ending}")))
        };
        let is_type = base.contains(char::is_uppercase) && !base.ends_with(char::is_numeric);
        let separator = if is_type { "" } else { "_" };
        let numbered = (2..).map(|number| format!("{base}{separator}{number}"));
        let mut names = std::iter::once(base.to_owned()).chain(numbered);
        let name = names
            .find(|name| is_free(name))
            .expect("there are enough numbers");
        for ending in endings {
            self.0.insert(format!("{name}{ending}"));
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
}
