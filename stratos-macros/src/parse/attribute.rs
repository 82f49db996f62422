//! Handler attributes: `#[ipc("...")]`, `#[get("...")]` and the other HTTP methods, `#[on(...)]`, `#[start_guard]`.
//!
//! The compiler does not know them, so the macro removes them from the item.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens as _;
use stratos_manifest::closest;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Ident, LitStr, Meta, Path, Token};

use crate::names::kebab;

/// The names of the handler attributes.
const NAMES: [&str; 8] = [
    "ipc",
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "on",
    "start_guard",
];

/// Names that other frameworks use, with the handler attribute that does the same.
const FOREIGN_NAMES: [(&str, &str); 9] = [
    ("handle", "ipc"),
    ("handler", "ipc"),
    ("channel", "ipc"),
    ("command", "ipc"),
    ("route", "get"),
    ("router", "get"),
    ("event", "on"),
    ("listen", "on"),
    ("guard", "start_guard"),
];

/// An attribute that marks a handler, or was meant to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum HandlerAttribute {
    /// The name of a handler attribute.
    Exact(&'static str),
    /// The handler attribute that a similar or foreign name stands for.
    ///
    /// Recognised on async functions only; anywhere else the attribute belongs to another macro.
    Misspelt(&'static str),
}

impl HandlerAttribute {
    /// Recognises the path of an attribute; returns `None` for attributes of the language and of other crates.
    pub(crate) fn from_path(path: &Path, on_async_function: bool) -> Option<Self> {
        let name = match path.segments.len() {
            1 => path.segments.first()?,
            2 if path.segments.first()?.ident == "stratos" => path.segments.last()?,
            _ => return None,
        };
        Self::from_name(&name.ident.to_string())
            .filter(|attribute| on_async_function || matches!(attribute, Self::Exact(_)))
    }

    fn from_name(word: &str) -> Option<Self> {
        if let Some(name) = NAMES.into_iter().find(|name| *name == word) {
            return Some(Self::Exact(name));
        }
        if is_known_elsewhere(word) {
            return None;
        }
        let foreign = FOREIGN_NAMES.iter().find(|(foreign, _)| *foreign == word);
        let meant = foreign.map(|(_, meant)| *meant);
        Some(Self::Misspelt(meant.or_else(|| closest(word, NAMES))?))
    }
}

/// Recognises attributes of the language and of well-known crates whose names resemble a handler attribute.
fn is_known_elsewhere(word: &str) -> bool {
    matches!(word, "cfg" | "test" | "doc" | "path" | "must_use" | "pin")
}

/// Parses the argument of a handler attribute: a channel for `ipc`, otherwise a path.
///
/// `function` is the function below the attribute; messages derive their example from its name.
pub(crate) fn channel_or_path(
    attribute: &Attribute,
    name: &str,
    function: &Ident,
) -> Result<LitStr, Error> {
    let (what, example) = match name {
        "ipc" => ("a channel", kebab(&function.to_string())),
        _ => ("a path", format!("/{}", kebab(&function.to_string()))),
    };
    let missing = || {
        let text = format!("`#[{name}]` needs {what}: write `#[{name}(\"{example}\")]`");
        Error::new_spanned(attribute.path(), text)
    };
    let list = match &attribute.meta {
        Meta::Path(_) => return Err(missing()),
        Meta::NameValue(pair) => {
            let value = pair.value.to_token_stream();
            let text = format!("{what} stands in parentheses: write `#[{name}({value})]`");
            return Err(Error::new_spanned(pair.eq_token, text));
        }
        Meta::List(list) => &list.tokens,
    };
    let tokens: Vec<_> = list.clone().into_iter().collect();
    let [first, rest @ ..] = &tokens[..] else {
        return Err(missing());
    };
    let Ok(text) = syn::parse2::<LitStr>(first.to_token_stream()) else {
        let plain: String = list.to_string().split_whitespace().collect();
        let text = format!("{what} is text in quotes: write `#[{name}({plain:?})]`");
        return Err(Error::new_spanned(list, text));
    };
    // The error points behind the comma, if there is one.
    match rest.get(1).or(rest.first()) {
        None => Ok(text),
        Some(surplus) => {
            let text = format!("`#[{name}]` takes {what} and nothing else");
            Err(Error::new_spanned(surplus, text))
        }
    }
}

/// Returns the path of a handler attribute within `#[cfg_attr(...)]`, whose condition the macro cannot evaluate.
pub(crate) fn within_cfg_attr(meta: &Meta) -> Option<Path> {
    let list = meta.require_list().ok()?;
    if !list.path.is_ident("cfg_attr") {
        return None;
    }
    let arguments = Punctuated::<Meta, Token![,]>::parse_terminated;
    let arguments = arguments.parse2(list.tokens.clone()).ok()?;
    let mut paths = arguments.iter().skip(1).map(Meta::path);
    paths
        .find(|path| HandlerAttribute::from_path(path, false).is_some())
        .cloned()
}

/// Removes the handler attributes from the members of an item; function bodies stay as they are.
pub(crate) fn strip(tokens: TokenStream) -> TokenStream {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut rest = &tokens[..];
    let mut kept = Vec::new();
    while let [first, behind @ ..] = rest {
        match leading_attribute(rest) {
            Some(group) if is_handler_attribute(group, is_on_async_function(rest)) => {
                rest = &behind[1..];
            }
            _ => {
                kept.push(first.clone());
                rest = behind;
            }
        }
    }
    kept.into_iter().collect()
}

/// Like [`strip`], for the whole tokens of an item that does not parse.
pub(crate) fn strip_members(item: &TokenStream) -> TokenStream {
    let tokens = item.clone().into_iter().map(|token| match token {
        TokenTree::Group(group) => {
            let mut stripped = Group::new(group.delimiter(), strip(group.stream()));
            stripped.set_span(group.span());
            TokenTree::Group(stripped)
        }
        other => other,
    });
    tokens.collect()
}

/// Returns the brackets of the attribute that `tokens` begin with.
fn leading_attribute(tokens: &[TokenTree]) -> Option<&Group> {
    match tokens {
        [TokenTree::Punct(hash), TokenTree::Group(group), ..]
            if hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket =>
        {
            Some(group)
        }
        _ => None,
    }
}

/// Tells whether an async function follows the attributes that `tokens` begin with.
fn is_on_async_function(mut tokens: &[TokenTree]) -> bool {
    while leading_attribute(tokens).is_some() {
        tokens = &tokens[2..];
    }
    let mut words = tokens.iter().map_while(|token| match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        // The parentheses of `pub(crate)`.
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

fn is_handler_attribute(brackets: &Group, on_async_function: bool) -> bool {
    if syn::parse2(brackets.stream()).is_ok_and(|meta| within_cfg_attr(&meta).is_some()) {
        return true;
    }
    let is_path = |token: &TokenTree| match token {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(punct) => punct.as_char() == ':',
        _ => false,
    };
    let path = brackets.stream().into_iter().take_while(is_path).collect();
    syn::parse2(path)
        .is_ok_and(|path| HandlerAttribute::from_path(&path, on_async_function).is_some())
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn strip_removes_handler_attributes_and_keeps_others() {
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
    fn strip_removes_misspelt_attributes_from_async_functions_only() {
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
    fn misspelt_names_are_recognised_and_names_of_other_attributes_are_not() {
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
            let found = match HandlerAttribute::from_name(word) {
                Some(HandlerAttribute::Misspelt(name)) => Some(name),
                Some(HandlerAttribute::Exact(_)) => panic!("{word}"),
                None => None,
            };
            assert_eq!(found, expected, "{word}");
        }
    }
}
