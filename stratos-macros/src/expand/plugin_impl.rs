//! The implementation of the `Plugin` trait, and the struct of a module.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Attribute, Ident, Type};

use super::parts::{call, context, identity, plugin_type, question_mark};
use super::registration;
use super::settings;
use crate::model::{Argument, Plugin, StateType, UserFn};
use crate::parse::item::ItemKind;
use crate::types::{first_type_argument, without_lifetimes};

/// Generates `impl stratos::Plugin`, preceded by the plugin's struct for a module.
pub(super) fn expand(plugin: &Plugin<'_>) -> TokenStream {
    let ty = plugin_type(plugin);
    let (module_struct, bounds) = match &plugin.item.kind {
        ItemKind::Impl { generics, .. } => (None, generics.where_clause.as_ref()),
        ItemKind::Module { .. } => (Some(module_struct(plugin)), None),
    };
    let identity = plugin.json.and_then(identity);
    let identity = identity.unwrap_or_else(|| quote! { ::core::unreachable!() });
    let declared_settings = settings::declared_settings(plugin);
    let on_start = methods(plugin, "on_start", &plugin.hooks.on_start);
    let on_stop = methods(plugin, "on_stop", &plugin.hooks.on_stop);
    let on_resume = on_resume(plugin);
    let register = registration::expand(plugin);
    quote! {
        #module_struct

        #[automatically_derived]
        impl ::stratos::Plugin for #ty #bounds {
            fn identity(&self) -> ::stratos::Identity {
                #identity
            }
            #declared_settings
            #on_start
            #on_stop
            #on_resume
            #register
        }
    }
}

/// Generates the struct of a module, which holds the state between the hooks.
fn module_struct(plugin: &Plugin<'_>) -> TokenStream {
    let fields = match plugin.state {
        StateType::Type(ty) => quote! { { state: ::stratos::__private::ModuleState<#ty>, } },
        StateType::Absent | StateType::Unknown => quote! { ; },
    };
    quote! {
        /// The plugin that the functions of this module implement; run it with `stratos::serve`.
        #[derive(::core::fmt::Debug, ::core::default::Default)]
        pub struct Plugin #fields
    }
}

/// Generates `on_resume`, and `resumes` under the same conditions; nothing for a plugin without the hook.
fn on_resume(plugin: &Plugin<'_>) -> Option<TokenStream> {
    let hooks = &plugin.hooks.on_resume;
    if hooks.is_empty() {
        return None;
    }
    let methods = methods(plugin, "on_resume", hooks);
    let conditions = hooks.iter().map(|hook| {
        let conditions = hook.cfgs.iter().map(cfg_condition);
        quote! { all(#(#conditions),*) }
    });
    Some(quote! {
        #[cfg(any(#(#conditions),*))]
        fn resumes(&self) -> bool {
            true
        }
        #methods
    })
}

/// Returns the condition in `#[cfg(...)]`; nothing for a malformed attribute, which the compiler reports.
fn cfg_condition(cfg: &Attribute) -> TokenStream {
    cfg.meta
        .require_list()
        .map(|list| list.tokens.clone())
        .unwrap_or_default()
}

/// Generates a trait method for each function of a hook, or one that panics if the hook is missing or invalid.
fn methods(plugin: &Plugin<'_>, name: &str, hooks: &[UserFn<'_>]) -> TokenStream {
    let name = Ident::new(name, Span::call_site());
    if hooks.is_empty() {
        return quote! {
            async fn #name(&self, _: ::stratos::PluginContext) -> ::stratos::Result {
                ::core::unreachable!()
            }
        };
    }
    // The compiler reports several functions without `#[cfg]`, so do not generate a second error.
    let is_unconditional = hooks.iter().any(|hook| hook.cfgs.is_empty());
    let hooks = if is_unconditional { &hooks[..1] } else { hooks };
    let methods = hooks.iter().map(|hook| method(plugin, &name, hook));
    quote! { #(#methods)* }
}

fn method(plugin: &Plugin<'_>, name: &Ident, hook: &UserFn<'_>) -> TokenStream {
    let values = hook.arguments.iter().filter_map(|argument| match argument {
        // The only argument of a hook is the context, whatever its type is called.
        Argument::Value(ty) => Some(context(ty)),
        Argument::State(_) | Argument::Context(_) => None,
    });
    let call = call(plugin, hook, &values.collect::<Vec<_>>());
    let cfgs = hook.cfgs;
    let is_module = matches!(plugin.item.kind, ItemKind::Module { .. });
    let receiver = (!is_module).then(|| quote! { let plugin = self; });
    let mut arguments = hook.arguments.iter();
    let takes_state = arguments.any(|argument| matches!(argument, Argument::State(_)));
    let state = takes_state.then(|| quote! { let state = self.state.get(); });
    let body = match plugin.state {
        StateType::Type(state) if name != "on_stop" => {
            let state_span = |ty: &Type| first_type_argument(ty).unwrap_or(ty).span();
            let span = hook.output.map_or_else(|| hook.name.span(), state_span);
            let or_fail = question_mark(span);
            quote_spanned! {span=>
                let output = #call.await;
                self.state.set(::stratos::__private::start_result::<#state, _>(output) #or_fail)
            }
        }
        StateType::Unknown if is_module => quote! { ::core::unreachable!() },
        _ => {
            let (span, turbofish) = output_turbofish(hook);
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
    // With the span of the hook, so that the compiler points there when its future is not `Send`.
    quote_spanned! {hook.name.span()=>
        #(#cfgs)*
        async fn #name(&self, ctx: ::stratos::PluginContext) -> ::stratos::Result {
            #body
        }
    }
}

/// Generates `::<Output>` for the return type of a hook, so that the compiler underlines all of it in errors.
///
/// Returns the span of the type, or of the hook's name; `impl Trait` cannot be named, so its turbofish is absent.
fn output_turbofish(hook: &UserFn<'_>) -> (Span, Option<TokenStream>) {
    let Some(ty) = hook.output else {
        return (hook.name.span(), None);
    };
    let span = ty.span();
    let is_nameable = !contains_word(ty.to_token_stream(), "impl");
    let ty = without_lifetimes(ty.to_token_stream());
    (span, is_nameable.then(|| quote_spanned! {span=> ::<#ty> }))
}

fn contains_word(tokens: TokenStream, word: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => contains_word(group.stream(), word),
        _ => false,
    })
}
