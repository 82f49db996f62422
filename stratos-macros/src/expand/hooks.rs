//! The `Plugin` implementation.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Ident, Token, Type};

use super::plugin::{Parts, identity};
use crate::hooks::{State, first_argument};
use crate::item::Form;
use crate::signature::{Argument, Call, without_lifetimes};

pub(super) fn expand(parts: &Parts<'_>) -> TokenStream {
    let ty = parts.ty();
    let module = match parts.item.form {
        Form::Impl { .. } => None,
        Form::Module { .. } => Some(module_type(parts)),
    };
    let bounds = match &parts.item.form {
        Form::Impl { generics, .. } => generics.where_clause.as_ref(),
        Form::Module { .. } => None,
    };
    let identity = parts.json.as_ref().and_then(identity);
    let identity = identity.unwrap_or_else(|| quote! { ::core::unreachable!() });
    let on_start = methods(parts, "on_start", &parts.hooks.on_start);
    let on_stop = methods(parts, "on_stop", &parts.hooks.on_stop);
    let on_resume = resume(parts);
    let register = parts.registration();
    quote! {
        #module

        #[automatically_derived]
        impl ::stratos::Plugin for #ty #bounds {
            fn identity(&self) -> ::stratos::Identity {
                #identity
            }
            #on_start
            #on_stop
            #on_resume
            #register
        }
    }
}

/// A call of the author's function, and the bindings that it needs.
pub(super) fn call(parts: &Parts<'_>, call: &Call<'_>, values: &[TokenStream]) -> TokenStream {
    let name = call.name;
    let mut values = values.iter();
    let arguments = call.arguments.iter().map(|argument| match argument {
        // The span of the author's type, so that a wrong one is reported there.
        Argument::State(ty) => quote_spanned! {ty.span()=> &*state },
        Argument::Context(ty) => context(ty),
        Argument::Value(_) => {
            let value = values.next().expect("there is one for each");
            quote! { #value }
        }
    });
    match &parts.item.form {
        Form::Impl { ty, .. } => quote! { <#ty>::#name(&*plugin #(, #arguments)*) },
        Form::Module { .. } => quote! { self::#name(#(#arguments),*) },
    }
}

/// The struct of a module; it keeps the state between the hooks.
fn module_type(parts: &Parts<'_>) -> TokenStream {
    let state = match parts.state {
        State::Of(ty) => quote! { { state: ::stratos::__private::ModuleState<#ty>, } },
        State::Nothing | State::Unknown => quote! { ; },
    };
    quote! {
        /// The plugin that the functions of this module make; run it with `stratos::serve`.
        #[derive(::core::fmt::Debug, ::core::default::Default)]
        pub struct Plugin #state
    }
}

fn resume(parts: &Parts<'_>) -> Option<TokenStream> {
    let calls = &parts.hooks.on_resume;
    if calls.is_empty() {
        return None;
    }
    let method = methods(parts, "on_resume", calls);
    let conditions = calls.iter().map(|call| {
        let conditions = call.cfgs.iter().map(condition);
        quote! { all(#(#conditions),*) }
    });
    Some(quote! {
        #[cfg(any(#(#conditions),*))]
        fn resumes(&self) -> bool {
            true
        }
        #method
    })
}

/// What is in the parentheses of `#[cfg(...)]`; where there are none, the compiler says it about the function.
fn condition(cfg: &Attribute) -> TokenStream {
    cfg.meta
        .require_list()
        .map(|list| list.tokens.clone())
        .unwrap_or_default()
}

/// The method for each of the author's functions, of which `#[cfg]` leaves one; where it was wrong, a stand-in.
fn methods(parts: &Parts<'_>, name: &str, calls: &[Call<'_>]) -> TokenStream {
    let ident = Ident::new(name, Span::call_site());
    if calls.is_empty() {
        return quote! {
            async fn #ident(&self, _: ::stratos::PluginContext) -> ::stratos::Result {
                ::core::unreachable!()
            }
        };
    }
    // Of two without a condition, the compiler speaks.
    let mut calls: Vec<_> = calls.iter().collect();
    if calls.iter().any(|call| call.cfgs.is_empty()) {
        calls.truncate(1);
    }
    let methods = calls.into_iter().map(|call| method(parts, &ident, call));
    quote! { #(#methods)* }
}

fn method(parts: &Parts<'_>, name: &Ident, hook: &Call<'_>) -> TokenStream {
    let values: Vec<_> = hook.arguments.iter().filter_map(value).collect();
    let call = call(parts, hook, &values);
    let cfgs = hook.cfgs;
    let is_module = matches!(parts.item.form, Form::Module { .. });
    let receiver = (!is_module).then(|| quote! { let plugin = self; });
    let mut arguments = hook.arguments.iter();
    let takes_state = arguments.any(|argument| matches!(argument, Argument::State(_)));
    let state = takes_state.then(|| quote! { let state = self.state.get(); });
    let body = match parts.state {
        State::Of(state) if name != "on_stop" => {
            let span = hook
                .output
                .map_or_else(|| hook.name.span(), first_argument_span);
            let or_fail = question_mark(span);
            quote_spanned! {span=>
                let output = #call.await;
                self.state.set(::stratos::__private::start_result::<#state, _>(output) #or_fail)
            }
        }
        // Of a hook whose state is unknown, nothing can be said.
        State::Unknown if is_module => quote! { ::core::unreachable!() },
        _ => {
            let (span, turbofish) = checked_as(hook.output, hook.name.span());
            let output =
                quote_spanned! {span=> ::stratos::__private::hook_result #turbofish (output) };
            quote! {
                #receiver
                #state
                let output = #call.await;
                #output
            }
        }
    };
    // The hook's span, so that the compiler points there when its future is not `Send`.
    quote_spanned! {hook.name.span()=>
        #(#cfgs)*
        async fn #name(&self, ctx: ::stratos::PluginContext) -> ::stratos::Result {
            #body
        }
    }
}

/// A `?` at the author's code which is not the author's, so that lints against it have nothing to say.
pub(super) fn question_mark(at: Span) -> Token![?] {
    Token![?](at.resolved_at(Span::mixed_site()))
}

/// Names a type for the compiler's checks, so that it underlines all of it: `::<Vec<u32>>`.
///
/// `impl Trait` cannot be named; its first token is underlined.
fn checked_as(ty: Option<&Type>, otherwise: Span) -> (Span, Option<TokenStream>) {
    let Some(ty) = ty else {
        return (otherwise, None);
    };
    let span = ty.span();
    let is_nameable = !has_word(ty.to_token_stream(), "impl");
    let ty = without_lifetimes(ty.to_token_stream());
    (span, is_nameable.then(|| quote_spanned! {span=> ::<#ty> }))
}

fn has_word(tokens: TokenStream, word: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => has_word(group.stream(), word),
        _ => false,
    })
}

fn first_argument_span(ty: &Type) -> Span {
    first_argument(ty).map_or_else(|| ty.span(), Spanned::span)
}

fn context(ty: &Type) -> TokenStream {
    let ty = without_lifetimes(ty.to_token_stream());
    quote! { ::stratos::__private::context::<#ty>(&ctx) }
}

/// A hook's argument is the context, whatever its type is called.
fn value(argument: &Argument<'_>) -> Option<TokenStream> {
    match argument {
        Argument::Value(ty) => Some(context(ty)),
        Argument::State(_) | Argument::Context(_) => None,
    }
}
