//! Fragments that several parts of the generated code use.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Token, Type};

use crate::model::{Argument, Plugin, UserFn};
use crate::parse::item::ItemKind;
use crate::parse::plugin_json::{Identity, PluginJson};
use crate::types::without_lifetimes;

/// Generates the type that implements `Plugin`.
pub(super) fn plugin_type(plugin: &Plugin<'_>) -> TokenStream {
    match &plugin.item.kind {
        ItemKind::Impl { ty, .. } => quote! { #ty },
        ItemKind::Module { .. } => quote! { Plugin },
    }
}

/// Generates the identity, and an inclusion of the manifest so that its changes cause a new build.
///
/// `None` if the manifest has errors.
pub(super) fn identity(json: &PluginJson) -> Option<TokenStream> {
    let Identity { id, version } = json.identity.as_ref()?;
    let path = &json.path;
    Some(quote! {
        const _: &[u8] = ::core::include_bytes!(#path);
        ::stratos::__private::identity(#id, #version)
    })
}

/// Generates the call of a function, with `values` for its arguments that are neither state nor context.
///
/// The call uses the bindings `plugin` (in an `impl` block), `state` and `ctx`.
pub(super) fn call(
    plugin: &Plugin<'_>,
    function: &UserFn<'_>,
    values: &[TokenStream],
) -> TokenStream {
    let name = function.name;
    let mut values = values.iter();
    let arguments = function.arguments.iter().map(|argument| match argument {
        // With the span of the author's type, so that the compiler reports a wrong type there.
        Argument::State(ty) => quote_spanned! {ty.span()=> &*state },
        Argument::Context(ty) => context(ty),
        Argument::Value(_) => {
            let value = values.next().expect("the caller passes all values");
            quote! { #value }
        }
    });
    match &plugin.item.kind {
        ItemKind::Impl { ty, .. } => quote! { <#ty>::#name(&*plugin #(, #arguments)*) },
        ItemKind::Module { .. } => quote! { self::#name(#(#arguments),*) },
    }
}

/// Generates the context for an argument of type `ty`.
pub(super) fn context(ty: &Type) -> TokenStream {
    let ty = without_lifetimes(ty.to_token_stream());
    quote! { ::stratos::__private::context::<#ty>(&ctx) }
}

/// Generates a `?` at the author's code that counts as generated code, so that lints ignore it.
pub(super) fn question_mark(at: Span) -> Token![?] {
    Token![?](at.resolved_at(Span::mixed_site()))
}
