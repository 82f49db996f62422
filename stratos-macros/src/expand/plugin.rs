//! The whole output.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Ident, LitStr};

use super::{hooks, registration, settings};
use crate::arguments::{self, Arguments};
use crate::attribute::strip;
use crate::handlers;
use crate::hooks::{Hooks, State};
use crate::item::{Form, Item};
use crate::plugin_json::{PluginJson, read};
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
    // Where the manifest lies may be what is misspelt.
    let is_known = manifest.is_some() || errors.is_empty();
    let json = if is_known {
        read(manifest.as_ref())
            .map_err(|wrong| errors.extend(wrong))
            .ok()
    } else {
        None
    };
    let item = match Item::read(tokens) {
        Ok(item) => item,
        Err(error) => {
            errors.push(error);
            let errors = errors.iter().map(Error::to_compile_error);
            let item = strip_inside(tokens);
            return quote! { #item #(#errors)* };
        }
    };
    let parts = Parts::read(&item, json, prefix.as_ref(), &mut errors);
    let module = settings.unwrap_or_else(|| Ident::new("settings", proc_macro2::Span::call_site()));
    let (declared, settings) = settings::expand(&parts, &module, manifest.as_ref(), &mut errors);
    check_names(&item, declared, &mut errors);

    let implementation = hooks::expand(&parts);
    let conflicts = handlers::conflicts(&parts.handlers);
    let errors = errors.iter().map(Error::to_compile_error);
    let generated = quote! { #implementation #settings #conflicts #(#errors)* };
    match item.form {
        Form::Impl { .. } => {
            let item = item.again(TokenStream::new());
            quote! { #item #generated }
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
    match read(path.as_ref()) {
        Ok(json) => {
            let (identity, watch) = (identity(&json), watch(&json));
            quote! {{ #watch #identity }}
        }
        Err(errors) => {
            let errors = errors.iter().map(Error::to_compile_error);
            quote! {{ #(#errors;)* ::core::unreachable!() }}
        }
    }
}

impl<'a> Parts<'a> {
    fn read(
        item: &'a Item,
        json: Option<PluginJson>,
        prefix: Option<&LitStr>,
        errors: &mut Vec<Error>,
    ) -> Self {
        let hooks = crate::hooks::find(item, errors);
        let state = crate::hooks::state(item, &hooks, errors);
        let convention = json
            .as_ref()
            .map(|json| format!("/api/{}", json.manifest.id));
        if let Some(prefix) = prefix
            && let Err(wrong) = check_prefix(&prefix.value())
        {
            errors.push(Error::new(prefix.span(), wrong));
        }
        let served = prefix.map(LitStr::value).or(convention);
        let handlers = handlers::find(item, served.as_deref(), errors);
        let has_routes = handlers.iter().any(|handler| !handler.is_ipc());
        if let Some(prefix) = prefix
            && !has_routes
            && errors.is_empty()
        {
            let text = "`prefix` is for functions with `#[get(...)]` and the like, and there are none; \
                        `register_router` takes its prefix itself";
            errors.push(Error::new(prefix.span(), text));
        }
        let calls = hooks.on_stop.iter();
        for call in calls.chain(handlers.iter().map(|handler| &handler.call)) {
            state.check(call, errors);
        }
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

    /// The body of [`Plugin::register`], where there is something to register.
    pub(super) fn registration(&self) -> Option<TokenStream> {
        registration::expand(self)
    }
}

/// What the manifest says, as the run time wants it.
pub(super) fn identity(json: &PluginJson) -> TokenStream {
    let (id, version) = (&json.manifest.id, json.manifest.version.to_string());
    quote! { ::stratos::__private::identity(#id, #version) }
}

/// Makes the compiler build again when the file changes.
pub(super) fn watch(json: &PluginJson) -> TokenStream {
    let path = &json.path;
    quote! { const _: &[u8] = ::core::include_bytes!(#path); }
}

/// What the author wrote must not have the names of what is generated.
fn check_names(item: &Item, has_settings: bool, errors: &mut Vec<Error>) {
    let mut clash = |name: &Ident, what: &str| {
        let text = format!("`{name}` is {what}: call this one otherwise");
        errors.push(Error::new(name.span(), text));
    };
    for (keyword, name) in &item.others {
        let is_type = matches!(
            keyword.as_str(),
            "struct" | "enum" | "union" | "type" | "trait"
        );
        match &item.form {
            Form::Impl { .. } if keyword == "const" && (name == "ID" || name == "VERSION") => {
                clash(name, "there already, from plugin.json");
            }
            Form::Module { .. } if is_type && name == "Plugin" => {
                clash(
                    name,
                    "the type that `#[stratos::plugin]` adds to this module",
                );
            }
            _ => {}
        }
    }
    if let Form::Impl { .. } = item.form
        && has_settings
        && let Some(function) = item.named("settings").next()
    {
        let what = "what gives the settings of plugin.json";
        clash(&function.signature.ident, what);
    }
}

/// An item that cannot be read, without attributes that nobody knows.
fn strip_inside(tokens: &TokenStream) -> TokenStream {
    use proc_macro2::{Group, TokenTree};

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
