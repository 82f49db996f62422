//! `Plugin::register`: a call for each handler.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{GenericArgument, Ident, PathArguments, Type};

use super::hooks::{call, question_mark};
use super::plugin::Parts;
use crate::handlers::Handler;
use crate::hooks::State;
use crate::item::Form;
use crate::signature::{Argument, last_segment, without_lifetimes};

pub(super) fn expand(parts: &Parts<'_>) -> Option<TokenStream> {
    let is_unknown =
        matches!(parts.item.form, Form::Module { .. }) && matches!(parts.state, State::Unknown);
    if parts.handlers.is_empty() || is_unknown {
        return None;
    }
    let prefix = &parts.prefix;
    let handlers = parts.handlers.iter().map(|handler| {
        let cfgs = handler.call.cfgs;
        let register = match handler.is_ipc() {
            true => ipc(parts, handler),
            false => route(parts, handler),
        };
        quote! { #(#cfgs)* #register }
    });
    Some(quote! {
        async fn register(
            self: ::std::sync::Arc<Self>,
            ctx: ::stratos::PluginContext,
        ) -> ::stratos::Result {
            use ::stratos::__private::{Fallible as _, FallibleRoute as _, Plain as _, PlainRoute as _};
            let mut handlers = ::stratos::__private::HandlerRegistrar::new(self, ctx, #prefix);
            #(#handlers)*
            handlers.finish().await
        }
    })
}

fn ipc(parts: &Parts<'_>, handler: &Handler<'_>) -> TokenStream {
    let name = handler.call.name;
    let (channel, function) = (&handler.text, name.to_string());
    let (plugin, ctx, state) = bindings(parts, handler);
    let types = values(handler);
    let payload = types.first().map(|ty| {
        let or_fail = question_mark(ty.span());
        quote_spanned! {ty.span()=> let payload = ::stratos::__private::payload::<#ty>(question) #or_fail; }
    });
    let argument = match payload {
        Some(_) => quote! { question },
        None => quote! { _ },
    };
    let answer = answer(handler, &call(parts, &handler.call, &[quote! { payload }]));
    let (ok, error) = outcome(handler.call.output);
    let ok_span = ok.map_or_else(|| name.span(), telling_span);
    let error_span = error.map_or_else(|| name.span(), telling_span);
    let or_fail = question_mark(error_span);
    let given = quote_spanned! {error_span=> let (given,) = ((&answer).__stratos_kind().ok(answer) #or_fail,); };
    let write = quote_spanned! {ok_span=> ::stratos::__private::answer(given) };
    // The function's span, so that the compiler points there when its future is not `Send`.
    let run = quote_spanned! {name.span()=>
        |#plugin, #ctx, #argument| async move {
            #state
            #payload
            #answer
            #given
            #write
        }
    };
    let or_fail = question_mark(name.span());
    quote_spanned! {name.span()=> handlers.ipc(#channel, #function, #run).await #or_fail; }
}

fn route(parts: &Parts<'_>, handler: &Handler<'_>) -> TokenStream {
    let name = handler.call.name;
    let (path, function) = (&handler.text, name.to_string());
    let method = Ident::new(&handler.kind.to_uppercase(), Span::call_site());
    let (plugin, ctx, state) = bindings(parts, handler);
    let types = values(handler);
    let names: Vec<_> = (0..types.len())
        .map(|n| format_ident!("argument_{n}"))
        .collect();
    let mut extract = Vec::new();
    for (index, (name, ty)) in names.iter().zip(&types).enumerate() {
        let or_fail = question_mark(ty.span());
        extract.push(match index + 1 == types.len() {
            true => quote_spanned! {ty.span()=>
                let #name = ::stratos::__private::extract_last::<#ty, _>(parts, body).await #or_fail;
            },
            false => quote_spanned! {ty.span()=>
                let #name = ::stratos::__private::extract::<#ty>(&mut parts).await #or_fail;
            },
        });
    }
    let request = match types.len() {
        0 => quote! { _, _ },
        1 => quote! { parts, body },
        _ => quote! { mut parts, body },
    };
    let names: Vec<_> = names.iter().map(|name| quote! { #name }).collect();
    let answer = answer(handler, &call(parts, &handler.call, &names));
    let (ok, _) = outcome(handler.call.output);
    let span = ok.map_or_else(|| name.span(), telling_span);
    let respond = quote_spanned! {span=> (&answer).__stratos_route_kind().respond(answer) };
    let run = quote_spanned! {name.span()=>
        |#plugin, #ctx, #request| async move {
            #state
            #(#extract)*
            #answer
            #respond
        }
    };
    quote_spanned! {name.span()=>
        handlers.route(::stratos::axum::http::Method::#method, #path, #function, #run);
    }
}

/// Waits for the answer, by way of a tuple: that an answer may be `()` is nothing that clippy should blame.
fn answer(handler: &Handler<'_>, call: &TokenStream) -> TokenStream {
    quote_spanned! {handler.call.name.span()=> let (answer,) = (#call.await,); }
}

/// The types of success and failure, as far as they can be seen.
fn outcome(output: Option<&Type>) -> (Option<&Type>, Option<&Type>) {
    let Some(Type::Path(path)) = output else {
        return (output, None);
    };
    let Some(last) = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == "Result")
    else {
        return (output, None);
    };
    // An alias with no argument of its own is left to the compiler.
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return (None, None);
    };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    (types.next(), types.next())
}

/// The one token that says most: of `std::vec::Vec<u32>`, it is `Vec`.
fn telling_span(ty: &Type) -> Span {
    last_segment(ty).map_or_else(|| ty.span(), Ident::span)
}

/// The types of what the UI sends.
fn values(handler: &Handler<'_>) -> Vec<TokenStream> {
    let values = handler
        .call
        .arguments
        .iter()
        .map(|argument| match argument {
            Argument::Value(ty) => Some(without_lifetimes(ty.to_token_stream())),
            Argument::State(_) | Argument::Context(_) => None,
        });
    values.flatten().collect()
}

/// The names of the closure's first two arguments, where the call uses them, and the state's.
fn bindings(
    parts: &Parts<'_>,
    handler: &Handler<'_>,
) -> (TokenStream, TokenStream, Option<TokenStream>) {
    let mut arguments = handler.call.arguments.iter();
    let is_method = matches!(parts.item.form, Form::Impl { .. });
    let takes_state = arguments.clone().any(|a| matches!(a, Argument::State(_)));
    let takes_context = arguments.any(|a| matches!(a, Argument::Context(_)));
    let bind = |name: TokenStream, is_used: bool| {
        if is_used {
            name
        } else {
            quote! { _ }
        }
    };
    (
        bind(quote! { plugin }, is_method || takes_state),
        bind(quote! { ctx }, takes_context),
        takes_state.then(|| quote! { let state = plugin.state.get(); }),
    )
}
