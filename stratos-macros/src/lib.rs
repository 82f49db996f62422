//! The macros of `stratos-sdk`, which re-exports them.
//!
//! Parse (`attr`, `item`), check (`hooks`), read `plugin.json` (`plugin_json`), `expand`. Everything but this
//! file works on `proc_macro2` and is tested without a compiler.

mod attr;
mod expand;
mod hooks;
mod item;
mod plugin_json;

use proc_macro::TokenStream;

/// Makes a type a Stratos plugin; see `stratos::plugin`, where authors find it.
#[proc_macro_attribute]
pub fn plugin(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::plugin(arguments.into(), &item.into()).into()
}

/// The identity in `plugin.json`; see `stratos::manifest`, where authors find it.
#[proc_macro]
pub fn manifest(arguments: TokenStream) -> TokenStream {
    expand::manifest(arguments.into()).into()
}
