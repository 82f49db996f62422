//! The whole output.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::quote;
use syn::{Error, LitStr};

use super::{hooks, registration, settings};
use crate::arguments::{self, Arguments};
use crate::attribute::strip;
use crate::handlers;
use crate::hooks::{Hooks, State};
use crate::item::{Form, Item};
use crate::plugin_json::{Identity, PluginJson, read};
use crate::route_path::check_prefix;

/// The parts of a plugin, where they could be made out.
pub(super) struct Parts<'a> {
    pub(super) item: &'a Item,
    pub(super) hooks: Hooks<'a>,
    pub(super) state: State<'a>,
    pub(super) handlers: Vec<handlers::Handler<'a>>,
    /// Where the routes are served.
    pub(super) prefix: String,
    pub(super) json: Option<PluginJson>,
}

/// `#[stratos::plugin]`: the item as it was, and what makes a plugin of it.
///
/// A part that is wrong is an error and is left out; the rest is there all the same, so that the compiler can say what
/// else it finds.
pub(crate) fn plugin(arguments: TokenStream, tokens: &TokenStream) -> TokenStream {
    let mut errors = Vec::new();
    let Arguments {
        manifest,
        prefix,
        settings,
    } = arguments::read(arguments, &mut errors);
    let item = match Item::read(tokens) {
        Ok(item) => item,
        Err(error) => {
            errors.push(error);
            let errors = errors.iter().map(Error::to_compile_error);
            let item = strip_inside(tokens);
            return quote! { #item #(#errors)* };
        }
    };
    if let Some(name) = item.own_plugin_type() {
        let text =
            "`#[stratos::plugin]` adds a type of this name to the module: give this one another";
        errors.push(Error::new(name.span(), text));
        let errors = errors.iter().map(Error::to_compile_error);
        return item.again(quote! { #(#errors)* });
    }
    // Where the manifest lies may be what is misspelt.
    let is_known = manifest.is_some() || errors.is_empty();
    let json = if is_known {
        read(manifest.as_ref(), &mut errors)
    } else {
        None
    };
    let parts = Parts::read(&item, json, prefix.as_ref(), &mut errors);
    if let Some(module) = &settings
        && let Some(json) = &parts.json
        && json.identity.is_some()
        && json.settings.is_empty()
    {
        let text = format!(
            "`settings` names the module for the settings that `{}` declares, and there are none",
            json.name
        );
        errors.push(Error::new(module.span(), text));
    }
    let settings = settings::expand(&parts, settings.as_ref(), &mut errors);
    let implementation = match item.parameters() {
        None => Some(hooks::expand(&parts)),
        Some(error) => {
            errors.push(error);
            None
        }
    };
    let conflicts = handlers::conflicts(&parts.handlers);
    let errors = errors.iter().map(Error::to_compile_error);
    let generated = quote! { #implementation #settings #conflicts #(#errors)* };
    match item.form {
        Form::Impl { .. } => {
            let item = item.again(TokenStream::new());
            // So that a handler in another block of the type hears that it belongs into this one.
            quote! { #item #generated use ::stratos::__private::attributes::*; }
        }
        Form::Module { .. } => item.again(generated),
    }
}

/// `stratos::manifest!()`: the identity, or what is wrong.
pub(crate) fn manifest(arguments: TokenStream) -> TokenStream {
    let path = match syn::parse2::<Option<LitStr>>(arguments) {
        Ok(path) => path,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Vec::new();
    let json = read(path.as_ref(), &mut errors);
    match json.as_ref().and_then(identity) {
        Some(identity) => quote! {{ #identity }},
        None => {
            let errors = errors.iter().map(Error::to_compile_error);
            quote! {{ #(#errors;)* ::core::unreachable!() }}
        }
    }
}

/// A handler's attribute outside of a plugin's block: the item as it was, and what is wrong.
pub(crate) fn misplaced(name: &str, item: &TokenStream) -> TokenStream {
    let text = format!(
        "`#[{name}]` means something only within the `impl` block (or module) that has `#[stratos::plugin]`: \
         move this function there"
    );
    // The attribute itself.
    let error = Error::new(Span::call_site(), text).into_compile_error();
    quote! { #item #error }
}

impl<'a> Parts<'a> {
    fn read(
        item: &'a Item,
        json: Option<PluginJson>,
        prefix: Option<&LitStr>,
        errors: &mut Vec<Error>,
    ) -> Self {
        let mut hooks = crate::hooks::find(item, errors);
        let state = crate::hooks::state(item, &hooks, errors);
        let convention = json
            .as_ref()
            .and_then(|json| json.identity.as_ref())
            .map(|identity| format!("/api/{}", identity.id));
        if let Some(prefix) = prefix
            && let Err(wrong) = check_prefix(&prefix.value())
        {
            errors.push(Error::new(prefix.span(), wrong));
        }
        let served = prefix.map(LitStr::value).or(convention);
        let mut handlers = handlers::find(item, served.as_deref(), errors);
        let has_routes = handlers.iter().any(|handler| !handler.is_ipc());
        if let Some(prefix) = prefix
            && !has_routes
            && errors.is_empty()
        {
            let text = "`prefix` is for functions with `#[get(...)]` and the like, and there are none; \
                        `register_router` takes its prefix itself";
            errors.push(Error::new(prefix.span(), text));
        }
        hooks.on_stop.retain(|call| state.suits(call, errors));
        handlers.retain(|handler| state.suits(&handler.call, errors));
        Self {
            item,
            hooks,
            state,
            handlers,
            prefix: served.unwrap_or_default(),
            json,
        }
    }

    /// The type that is the plugin.
    pub(super) fn ty(&self) -> TokenStream {
        match &self.item.form {
            Form::Impl { ty, .. } => quote! { #ty },
            Form::Module { .. } => quote! { Plugin },
        }
    }

    /// The body of `Plugin::register`, where there is something to register.
    pub(super) fn registration(&self) -> Option<TokenStream> {
        registration::expand(self)
    }
}

/// What the manifest says, as the run time wants it, and makes the compiler build again when the file changes.
pub(super) fn identity(json: &PluginJson) -> Option<TokenStream> {
    let Identity { id, version } = json.identity.as_ref()?;
    let path = &json.path;
    Some(quote! {
        const _: &[u8] = ::core::include_bytes!(#path);
        ::stratos::__private::identity(#id, #version)
    })
}

/// An item that cannot be read, without attributes that nobody knows.
fn strip_inside(tokens: &TokenStream) -> TokenStream {
    let inside = tokens.clone().into_iter().map(|token| match token {
        TokenTree::Group(group) => {
            let mut stripped = Group::new(group.delimiter(), strip(group.stream()));
            stripped.set_span(group.span());
            TokenTree::Group(stripped)
        }
        other => other,
    });
    inside.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_is_thin_calls_into_the_sdk() {
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
    fn a_module_gets_a_type_that_keeps_its_state() {
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

    fn expanded(manifest: &str, item: &TokenStream) -> String {
        let path = format!("../stratos-sdk/tests/ui/{manifest}");
        let output = plugin(quote! { manifest = #path }, item);
        // Bodies in an example need not be Rust.
        let output = output
            .to_string()
            .replace("a body that is not looked at", "");
        let file = syn::parse_str(&output).expect(&output);
        let full = read(
            Some(&LitStr::new(&path, Span::call_site())),
            &mut Vec::new(),
        );
        prettyplease::unparse(&file).replace(&full.unwrap().path, "PATH")
    }
}
