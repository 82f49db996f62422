//! The complete output of each macro.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Error;

use super::parts::identity;
use super::{plugin_impl, settings};
use crate::model::{ConditionalError, Plugin};
use crate::parse::item::ItemKind;
use crate::parse::plugin_json::PluginJson;

/// Generates the item without handler attributes, the code that makes it a plugin, and the errors.
pub(crate) fn plugin(plugin: &Plugin<'_>, errors: &[Error]) -> TokenStream {
    let implementation = plugin.is_concrete.then(|| plugin_impl::expand(plugin));
    let settings = settings::expand(plugin);
    let conflicts = plugin.conflicts.iter().map(conditional_error);
    let errors = errors.iter().map(Error::to_compile_error);
    let generated = quote! { #implementation #settings #(#conflicts)* #(#errors)* };
    match plugin.item.kind {
        ItemKind::Impl { .. } => {
            let item = plugin.item.with_members(TokenStream::new());
            // Brings the attribute macros into scope, which report a handler in another block of the type.
            quote! { #item #generated use ::stratos::__private::attributes::*; }
        }
        ItemKind::Module { .. } => plugin.item.with_members(generated),
    }
}

/// Generates the expression of `stratos::manifest!`.
pub(crate) fn manifest(json: Option<&PluginJson>, errors: &[Error]) -> TokenStream {
    match json.and_then(identity) {
        Some(identity) => quote! {{ #identity }},
        None => {
            let errors = errors.iter().map(Error::to_compile_error);
            quote! {{ #(#errors;)* ::core::unreachable!() }}
        }
    }
}

/// Generates the unchanged item and the error for a handler attribute outside of a plugin's block.
pub(crate) fn misplaced_attribute(name: &str, item: &TokenStream) -> TokenStream {
    let text = format!(
        "`#[{name}]` means something only within the `impl` block (or module) that has `#[stratos::plugin]`: \
         move this function there"
    );
    // The call site is the attribute itself.
    let error = Error::new(Span::call_site(), text).into_compile_error();
    quote! { #item #error }
}

fn conditional_error(conflict: &ConditionalError) -> TokenStream {
    let cfgs = &conflict.cfgs;
    let error = conflict.error.to_compile_error();
    quote! { #(#cfgs)* #error }
}
