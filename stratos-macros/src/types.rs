//! Inspection of types by their spelling, since a macro cannot resolve names.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{GenericArgument, Ident, PathArguments, Type};

/// Tells whether a type is `PluginContext` or a reference to it, under any path.
pub(crate) fn is_context(ty: &Type) -> bool {
    let inner = match ty {
        Type::Reference(reference) => &*reference.elem,
        _ => ty,
    };
    last_segment(inner).is_some_and(|name| name == "PluginContext")
}

/// Returns the last segment of a type's path: `Vec` of `std::vec::Vec<u32>`.
pub(crate) fn last_segment(ty: &Type) -> Option<&Ident> {
    let Type::Path(path) = ty else { return None };
    path.path.segments.last().map(|segment| &segment.ident)
}

/// Returns the type arguments of a type's last segment: `State` and `E` of `Result<State, E>`.
///
/// `None` if the segment has no angle brackets.
pub(crate) fn type_arguments(ty: &Type) -> Option<impl Iterator<Item = &Type>> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    Some(arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }))
}

/// Returns the first type argument of a type: `State` of `Result<State, E>`.
pub(crate) fn first_type_argument(ty: &Type) -> Option<&Type> {
    type_arguments(ty)?.next()
}

/// Formats a type as rustfmt would.
pub(crate) fn spelling(ty: &Type) -> String {
    let tokens = ty.to_token_stream().to_string();
    tokens
        .replace(" :: ", "::")
        .replace(" <", "<")
        .replace("< ", "<")
        .replace(" >", ">")
        .replace(" ,", ",")
}

/// Replaces the lifetimes in a type by `'_`, so that it can be named outside of its function; keeps `'static`.
pub(crate) fn without_lifetimes(tokens: TokenStream) -> TokenStream {
    let mut is_lifetime = false;
    let tokens = tokens.into_iter().map(|token| {
        let after_quote = is_lifetime;
        is_lifetime = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
        match token {
            TokenTree::Ident(name) if after_quote && name != "static" => {
                TokenTree::Ident(Ident::new("_", name.span()))
            }
            TokenTree::Group(group) => {
                let content = without_lifetimes(group.stream());
                let mut without = Group::new(group.delimiter(), content);
                without.set_span(group.span());
                TokenTree::Group(without)
            }
            other => other,
        }
    });
    tokens.collect()
}
