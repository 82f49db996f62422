//! The method `Plugin::register`, which registers all handlers.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Ident, Type};

use super::parts::{call, question_mark};
use crate::model::{Argument, Handler, Plugin, StateType};
use crate::parse::item::ItemKind;
use crate::types::{last_segment, type_arguments, without_lifetimes};

/// Generates `register`; nothing for a plugin without handlers, or whose state is unknown.
pub(super) fn expand(plugin: &Plugin<'_>) -> Option<TokenStream> {
    if plugin.handlers.is_empty() || matches!(plugin.state, StateType::Unknown) {
        return None;
    }
    let prefix = &plugin.prefix;
    let handlers = plugin.handlers.iter().map(|handler| {
        let cfgs = handler.function.cfgs;
        let register = match handler.kind {
            "ipc" => register_ipc(plugin, handler),
            "on" => register_event(plugin, handler),
            "start_guard" => register_start_guard(plugin, handler),
            _ => register_route(plugin, handler),
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

fn register_ipc(plugin: &Plugin<'_>, handler: &Handler<'_>) -> TokenStream {
    let name = handler.function.name;
    let (channel, function) = (&handler.address, name.to_string());
    let (receiver, ctx, state) = bindings(plugin, handler);
    let types = value_types(handler);
    let payload = types.first().map(|ty| {
        let or_fail = question_mark(ty.span());
        quote_spanned! {ty.span()=> let payload = ::stratos::__private::payload::<#ty>(raw_payload) #or_fail; }
    });
    let argument = match payload {
        Some(_) => quote! { raw_payload },
        None => quote! { _ },
    };
    let answer = await_answer(
        handler,
        &call(plugin, &handler.function, &[quote! { payload }]),
    );
    let (ok, error) = result_types(handler.function.output);
    let ok_span = ok.map_or_else(|| name.span(), type_span);
    let error_span = error.map_or_else(|| name.span(), type_span);
    let or_fail = question_mark(error_span);
    let output = quote_spanned! {error_span=> let (output,) = ((&answer).__stratos_kind().ok(answer) #or_fail,); };
    let write_output = quote_spanned! {ok_span=> ::stratos::__private::answer(output) };
    // With the span of the function, so that the compiler points there when its future is not `Send`.
    let run = quote_spanned! {name.span()=>
        |#receiver, #ctx, #argument| async move {
            #state
            #payload
            #answer
            #output
            #write_output
        }
    };
    let or_fail = question_mark(name.span());
    let arguments = types.len();
    quote_spanned! {name.span()=> handlers.ipc(#channel, #function, #arguments, #run).await #or_fail; }
}

fn register_event(plugin: &Plugin<'_>, handler: &Handler<'_>) -> TokenStream {
    let name = handler.function.name;
    let function = name.to_string();
    let register = format_ident!("on_{}", handler.address.value());
    let (receiver, ctx, state) = bindings(plugin, handler);
    let types = value_types(handler);
    let (argument, event) = match types.first() {
        // With the span of the author's type, so that the compiler reports a wrong type there.
        Some(ty) => (
            quote! { event },
            Some(quote_spanned! {ty.span()=> let event: #ty = event; }),
        ),
        None => (quote! { _ }, None),
    };
    let answer = await_answer(
        handler,
        &call(plugin, &handler.function, &[quote! { event }]),
    );
    let span = handler
        .function
        .output
        .map_or_else(|| name.span(), type_span);
    let result = quote_spanned! {span=> ::stratos::__private::hook_result(answer) };
    let run = quote_spanned! {name.span()=>
        |#receiver, #ctx, #argument| async move {
            #state
            #event
            #answer
            #result
        }
    };
    let or_fail = question_mark(name.span());
    quote_spanned! {name.span()=> handlers.#register(#function, #run).await #or_fail; }
}

fn register_start_guard(plugin: &Plugin<'_>, handler: &Handler<'_>) -> TokenStream {
    let name = handler.function.name;
    let function = name.to_string();
    let (receiver, ctx, state) = bindings(plugin, handler);
    let answer = await_answer(handler, &call(plugin, &handler.function, &[]));
    let span = handler
        .function
        .output
        .map_or_else(|| name.span(), type_span);
    let verdict = quote_spanned! {span=> ::stratos::__private::start_verdict(answer) };
    let run = quote_spanned! {name.span()=>
        |#receiver, #ctx| async move {
            #state
            #answer
            #verdict
        }
    };
    let or_fail = question_mark(name.span());
    quote_spanned! {name.span()=> handlers.start_guard(#function, #run).await #or_fail; }
}

fn register_route(plugin: &Plugin<'_>, handler: &Handler<'_>) -> TokenStream {
    let name = handler.function.name;
    let (path, function) = (&handler.address, name.to_string());
    let method = Ident::new(&handler.kind.to_uppercase(), Span::call_site());
    let (receiver, ctx, state) = bindings(plugin, handler);
    let types = value_types(handler);
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
    let answer = await_answer(handler, &call(plugin, &handler.function, &names));
    let (ok, _) = result_types(handler.function.output);
    let span = ok.map_or_else(|| name.span(), type_span);
    let respond = quote_spanned! {span=> (&answer).__stratos_route_kind().respond(answer) };
    let run = quote_spanned! {name.span()=>
        |#receiver, #ctx, #request| async move {
            #state
            #(#extract)*
            #answer
            #respond
        }
    };
    let arguments = types.len();
    quote_spanned! {name.span()=>
        handlers.route(::stratos::axum::http::Method::#method, #path, #function, #arguments, #run);
    }
}

/// Generates the binding `answer`, within a tuple because clippy rejects `let answer` of type `()`.
fn await_answer(handler: &Handler<'_>, call: &TokenStream) -> TokenStream {
    quote_spanned! {handler.function.name.span()=> let (answer,) = (#call.await,); }
}

/// Returns the types of success and failure that the spelling of a return type shows.
fn result_types(output: Option<&Type>) -> (Option<&Type>, Option<&Type>) {
    let is_result = |ty: &&Type| last_segment(ty).is_some_and(|name| name == "Result");
    let Some(result) = output.filter(is_result) else {
        return (output, None);
    };
    // An alias without arguments hides its types.
    let Some(mut types) = type_arguments(result) else {
        return (None, None);
    };
    (types.next(), types.next())
}

/// Returns the span of a type's last segment: `Vec` of `std::vec::Vec<u32>`.
fn type_span(ty: &Type) -> Span {
    last_segment(ty).map_or_else(|| ty.span(), Ident::span)
}

/// Returns the types of the payload or the extractors.
fn value_types(handler: &Handler<'_>) -> Vec<TokenStream> {
    let arguments = handler.function.arguments.iter();
    let values = arguments.filter_map(|argument| match argument {
        Argument::Value(ty) => Some(without_lifetimes(ty.to_token_stream())),
        Argument::State(_) | Argument::Context(_) => None,
    });
    values.collect()
}

/// Generates the closure's parameters for the plugin and the context, `_` if unused, and the binding `state`.
fn bindings(
    plugin: &Plugin<'_>,
    handler: &Handler<'_>,
) -> (TokenStream, TokenStream, Option<TokenStream>) {
    let mut arguments = handler.function.arguments.iter();
    let is_method = matches!(plugin.item.kind, ItemKind::Impl { .. });
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
