//! The procedural macros of `stratos-sdk`, which re-exports and documents them.
//!
//! `#[stratos::plugin]` has three phases. `parse` reads the arguments, the item and `plugin.json`; `validate` turns
//! them into a `model` without the invalid parts and collects the errors; `expand` generates code from the model.
//! `pipeline` connects the phases. All modules work on `proc_macro2` tokens, so unit tests need no compiler.

mod expand;
mod model;
mod names;
mod parse;
mod pipeline;
mod types;
mod validate;

use proc_macro::TokenStream;

/// Makes a type or a module a Stratos plugin; see `stratos::plugin` for the documentation.
#[proc_macro_attribute]
pub fn plugin(arguments: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::plugin(arguments.into(), &item.into()).into()
}

/// Expands to the identity in `plugin.json`; see `stratos::manifest` for the documentation.
#[proc_macro]
pub fn manifest(arguments: TokenStream) -> TokenStream {
    pipeline::manifest(arguments.into()).into()
}

/// Defines the handler attributes as macros of their own.
///
/// [`plugin`] removes them from the functions in its block, so these macros run only for a misplaced attribute.
macro_rules! handler_attributes {
    ($($name:ident)*) => {$(
        /// Marks a handler within the block that has `#[stratos::plugin]`, whose documentation explains it; an error
        /// anywhere else.
        #[proc_macro_attribute]
        pub fn $name(_: TokenStream, item: TokenStream) -> TokenStream {
            expand::misplaced_attribute(stringify!($name), &item.into()).into()
        }
    )*};
}

handler_attributes! { ipc get post put patch delete on start_guard }
