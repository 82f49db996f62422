//! The attributes on handlers, which the macro takes off again: `#[ipc("...")]`, `#[get("...")]` and the like.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens as _;
use stratos_manifest::closest;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, LitStr, Meta, Path, Token};

use crate::names::kebab;

/// The names that mean something.
const NAMES: [&str; 6] = ["ipc", "get", "post", "put", "patch", "delete"];

/// What else people write, and what they mean by it.
const OTHER_WORDS: [(&str, &str); 6] = [
    ("handle", "ipc"),
    ("handler", "ipc"),
    ("channel", "ipc"),
    ("command", "ipc"),
    ("route", "get"),
    ("router", "get"),
];

/// What an attribute means here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Helper {
    /// One of ours.
    Exact(&'static str),
    /// One of ours, misspelt; on anything but an async function, it is somebody else's.
    Near(&'static str),
}

impl Helper {
    /// `None` for attributes that are not ours, such as `#[cfg]`.
    pub(crate) fn of(path: &Path, on_async_function: bool) -> Option<Self> {
        let name = match path.segments.len() {
            1 => path.segments.first()?,
            2 if path.segments.first()?.ident == "stratos" => path.segments.last()?,
            _ => return None,
        };
        Self::named(&name.ident.to_string())
            .filter(|helper| on_async_function || matches!(helper, Self::Exact(_)))
    }

    fn named(word: &str) -> Option<Self> {
        if let Some(name) = NAMES.into_iter().find(|name| *name == word) {
            return Some(Self::Exact(name));
        }
        if is_known_elsewhere(word) {
            return None;
        }
        let other = OTHER_WORDS.iter().find(|(other, _)| *other == word);
        let meant = other.map(|(_, meant)| *meant);
        Some(Self::Near(meant.or_else(|| closest(word, NAMES))?))
    }
}

/// Attributes of the language and of well-known crates that look like ours.
fn is_known_elsewhere(word: &str) -> bool {
    matches!(word, "cfg" | "test" | "doc" | "path" | "must_use" | "pin")
}

/// The channel or the path that an attribute names.
///
/// `function` is what it stands on, for the messages.
pub(crate) fn text(
    attribute: &Attribute,
    name: &str,
    function: &syn::Ident,
) -> Result<LitStr, Error> {
    let (what, example) = match name {
        "ipc" => ("a channel", kebab(&function.to_string())),
        _ => ("a path", format!("/{}", kebab(&function.to_string()))),
    };
    let wrong = |tokens: TokenStream, text: String| Err(Error::new_spanned(tokens, text));
    let tokens = match &attribute.meta {
        Meta::Path(path) => {
            let text = format!("`#[{name}]` needs {what}: write `#[{name}(\"{example}\")]`");
            return wrong(path.to_token_stream(), text);
        }
        Meta::NameValue(pair) => {
            let value = pair.value.to_token_stream();
            let text = format!("{what} stands in parentheses: write `#[{name}({value})]`");
            return wrong(pair.eq_token.to_token_stream(), text);
        }
        Meta::List(list) => list.tokens.clone(),
    };
    let mut pieces = tokens.clone().into_iter();
    match (
        pieces.next(),
        pieces.nth(1).or_else(|| tokens.clone().into_iter().nth(1)),
    ) {
        (None, _) => {
            let text = format!("`#[{name}]` needs {what}: write `#[{name}(\"{example}\")]`");
            wrong(attribute.path().to_token_stream(), text)
        }
        (Some(first), rest) => match (syn::parse2::<LitStr>(first.into_token_stream()), rest) {
            (Ok(text), None) => Ok(text),
            (Ok(_), Some(surplus)) => {
                let text = format!("`#[{name}]` takes {what} and nothing else");
                wrong(surplus.into_token_stream(), text)
            }
            (Err(_), _) => {
                let plain: String = tokens.to_string().split_whitespace().collect();
                let text = format!("{what} is text in quotes: write `#[{name}({plain:?})]`");
                wrong(tokens, text)
            }
        },
    }
}

/// The attribute of ours within a `#[cfg_attr(...)]`, where the macro does not know whether it is there.
pub(crate) fn under_condition(meta: &Meta) -> Option<Path> {
    let list = meta.require_list().ok()?;
    if !list.path.is_ident("cfg_attr") {
        return None;
    }
    let inside = Punctuated::<Meta, Token![,]>::parse_terminated;
    let inside = inside.parse2(list.tokens.clone()).ok()?;
    let mut paths = inside.iter().skip(1).map(Meta::path);
    paths
        .find(|path| Helper::of(path, false).is_some())
        .cloned()
}

/// The tokens without our attributes, which the compiler does not know; bodies are not looked into.
pub(crate) fn strip(tokens: TokenStream) -> TokenStream {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut rest = &tokens[..];
    let mut kept = Vec::new();
    while let [first, behind @ ..] = rest {
        match attribute(rest) {
            Some(group) if is_ours(group, is_on_async_function(rest)) => rest = &behind[1..],
            _ => {
                kept.push(first.clone());
                rest = behind;
            }
        }
    }
    kept.into_iter().collect()
}

/// The brackets of the attribute at the beginning.
fn attribute(tokens: &[TokenTree]) -> Option<&Group> {
    match tokens {
        [TokenTree::Punct(hash), TokenTree::Group(group), ..]
            if hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket =>
        {
            Some(group)
        }
        _ => None,
    }
}

/// Whether an async function comes after the attributes at the beginning, and what else stands before its `async`.
fn is_on_async_function(mut tokens: &[TokenTree]) -> bool {
    while attribute(tokens).is_some() {
        tokens = &tokens[2..];
    }
    let mut words = tokens.iter().map_while(|token| match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        // Of `pub(crate)`.
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
            Some(String::new())
        }
        _ => None,
    });
    words
        .by_ref()
        .take_while(|word| word != "fn")
        .any(|word| word == "async")
}

fn is_ours(group: &Group, on_async_function: bool) -> bool {
    if syn::parse2(group.stream()).is_ok_and(|meta| under_condition(&meta).is_some()) {
        return true;
    }
    let is_path = |token: &TokenTree| match token {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(punct) => punct.as_char() == ':',
        _ => false,
    };
    let path = group.stream().into_iter().take_while(is_path).collect();
    syn::parse2(path).is_ok_and(|path| Helper::of(&path, on_async_function).is_some())
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn only_our_attributes_are_taken_off() {
        let tokens = quote! {
            #[ipc("a")] #[doc = "b"] #[cfg(test)] #[stratos::get("/")] #[other::get("/")] #[instrument]
            async fn a() { #[ipc] {} }
        };
        let expected = quote! {
            #[doc = "b"] #[cfg(test)] #[other::get("/")] #[instrument]
            async fn a() { #[ipc] {} }
        };
        assert_eq!(strip(tokens).to_string(), expected.to_string());
    }

    #[test]
    fn what_is_almost_ours_is_taken_off_async_functions_only() {
        let tokens = quote! {
            #[command(version)] pub struct Args;
            #[handler] fn b() {}
            #[handler] #[doc = "c"] pub(crate) async fn c() {}
            #[cfg_attr(all(), ipc("d"))] async fn d() {}
            #[cfg_attr(all(), doc = "e")] async fn e() {}
            #[get] const F: u8 = 0;
        };
        let expected = quote! {
            #[command(version)] pub struct Args;
            #[handler] fn b() {}
            #[doc = "c"] pub(crate) async fn c() {}
            async fn d() {}
            #[cfg_attr(all(), doc = "e")] async fn e() {}
            const F: u8 = 0;
        };
        assert_eq!(strip(tokens).to_string(), expected.to_string());
    }

    #[test]
    fn misspelt_names_are_recognised_and_others_left_alone() {
        for (word, expected) in [
            ("Get", Some("get")),
            ("gett", Some("get")),
            ("pots", Some("post")),
            ("ipcs", Some("ipc")),
            ("Delete", Some("delete")),
            ("handle", Some("ipc")),
            ("cfg", None),
            ("doc", None),
            ("test", None),
            ("inline", None),
            ("tokio", None),
            ("instrument", None),
            ("allow", None),
            ("expect", None),
            ("must_use", None),
            ("cold", None),
        ] {
            let found = match Helper::named(word) {
                Some(Helper::Near(name)) => Some(name),
                Some(Helper::Exact(_)) => panic!("{word}"),
                None => None,
            };
            assert_eq!(found, expected, "{word}");
        }
    }
}
