//! The macros of `stratos-sdk`, which re-exports them.
//!
//! Parse (`arguments`, `item`, `attribute`, `signature`), check (`hooks`, `handlers` and what they ask: `channel`,
//! `route_path`), read `plugin.json` (`plugin_json`, `settings`, `names`), `expand`. Everything but this file works on
//! `proc_macro2` and is tested without a compiler.

mod arguments;
mod attribute;
mod channel;
mod expand;
mod handlers;
mod hooks;
mod item;
mod names;
mod plugin_json;
mod route_path;
mod settings;
mod signature;

use proc_macro::TokenStream;

/// Makes a type or a module a Stratos plugin; see `stratos::plugin`, where authors find it.
#[proc_macro_attribute]
pub fn plugin(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::plugin(arguments.into(), &item.into()).into()
}

/// The identity in `plugin.json`; see `stratos::manifest`, where authors find it.
#[proc_macro]
pub fn manifest(arguments: TokenStream) -> TokenStream {
    expand::manifest(arguments.into()).into()
}

/// The attributes on handlers, which [`plugin`] takes off: whoever finds one here has written it somewhere else.
macro_rules! handler_attributes {
    ($($name:ident)*) => {$(
        /// Marks a handler within the block that has `#[stratos::plugin]`, whose documentation explains it; an error
        /// anywhere else.
        #[proc_macro_attribute]
        pub fn $name(_: TokenStream, item: TokenStream) -> TokenStream {
            expand::misplaced(stringify!($name), &item.into()).into()
        }
    )*};
}

handler_attributes! { ipc get post put patch delete }
