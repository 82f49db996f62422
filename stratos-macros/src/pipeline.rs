//! The macros as functions over `proc_macro2` tokens: parse, validate, expand.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, LitStr};

use crate::expand;
use crate::parse::arguments::Arguments;
use crate::parse::attribute::strip_members;
use crate::parse::item::Item;
use crate::parse::plugin_json::PluginJson;
use crate::validate::{reserved_type, validate};

/// Expands `#[stratos::plugin]` to the item without its handler attributes, and the code that makes it a plugin.
///
/// Invalid parts become compile errors. Code is generated for the valid ones nevertheless, so that the compiler can
/// report its own errors at the same time.
pub(crate) fn plugin(arguments: TokenStream, tokens: &TokenStream) -> TokenStream {
    let mut errors = Vec::new();
    let arguments = Arguments::parse(arguments, &mut errors);
    let item = match Item::parse(tokens) {
        Ok(item) => item,
        Err(error) => {
            errors.push(error);
            let errors = errors.iter().map(Error::to_compile_error);
            let item = strip_members(tokens);
            return quote! { #item #(#errors)* };
        }
    };
    if let Some(error) = reserved_type(&item) {
        errors.push(error);
        let errors = errors.iter().map(Error::to_compile_error);
        return item.with_members(quote! { #(#errors)* });
    }
    // An invalid argument may be a misspelt `manifest`; the default path would only add a misleading error.
    let json = match arguments.manifest.is_some() || errors.is_empty() {
        true => PluginJson::read(arguments.manifest.as_ref(), &mut errors),
        false => None,
    };
    let plugin = validate(&item, &arguments, json.as_ref(), &mut errors);
    expand::plugin(&plugin, &errors)
}

/// Expands `stratos::manifest!` to the identity in `plugin.json`.
pub(crate) fn manifest(arguments: TokenStream) -> TokenStream {
    let path = match syn::parse2::<Option<LitStr>>(arguments) {
        Ok(path) => path,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Vec::new();
    let json = PluginJson::read(path.as_ref(), &mut errors);
    expand::manifest(json.as_ref(), &errors)
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    #[test]
    fn an_impl_block_expands_to_calls_into_the_sdk() {
        let item = quote! {
            impl MyPlugin {
                async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
                    a body that is not looked at
                }
                async fn on_stop(&self) {}
                async fn on_resume(&self, ctx: &PluginContext) {}

                #[ipc("get-status")]
                async fn get_status(&self) -> Status {}

                #[ipc("move")]
                async fn move_to(&self, place: Place, ctx: &PluginContext) -> stratos::Result<()> {}

                #[get("/fleet")]
                async fn fleet(&self) -> Json<Vec<Aircraft>> {}

                #[cfg(feature = "admin")]
                #[post("/fleet/{id}")]
                async fn add(&self, Path(id): Path<u32>, aircraft: Json<Aircraft>) -> impl IntoResponse {}
            }
        };
        insta::assert_snapshot!(expanded("settings.json", &item));
    }

    #[test]
    fn a_module_expands_to_a_type_that_holds_its_state() {
        let item = quote! {
            mod my_plugin {
                pub async fn on_start(ctx: PluginContext) -> stratos::Result<State> {}
                pub async fn on_stop(state: &State) {}

                #[ipc("add")]
                async fn add(state: &State, by: u32) -> u32 {}
            }
        };
        insta::assert_snapshot!(expanded("../plugin.json", &item));
    }

    /// Formats the expansion of `item` with a manifest of the SDK's UI tests.
    fn expanded(manifest: &str, item: &TokenStream) -> String {
        let path = format!("../stratos-sdk/tests/ui/{manifest}");
        let output = plugin(quote! { manifest = #path }, item);
        // The macro accepts bodies that are not Rust, prettyplease does not.
        let output = output
            .to_string()
            .replace("a body that is not looked at", "");
        let file = syn::parse_str(&output).expect(&output);
        let argument = LitStr::new(&path, Span::call_site());
        let json = PluginJson::read(Some(&argument), &mut Vec::new()).unwrap();
        prettyplease::unparse(&file).replace(&json.path, "PATH")
    }
}
