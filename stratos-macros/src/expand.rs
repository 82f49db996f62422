//! The generated code: thin calls into the SDK.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Error, LitStr, Type};

use crate::attr::manifest_path;
use crate::hooks::{Context, Hook, Hooks, find};
use crate::item::PluginImpl;
use crate::plugin_json::{PluginJson, read};

/// `#[stratos::plugin]`: the item as it was, and its `Plugin` implementation or what is wrong.
pub(crate) fn plugin(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let parsed = match PluginImpl::read(item.clone()) {
        Ok(parsed) => parsed,
        Err(error) => return with_errors(item, None, &[error]),
    };
    let mut errors = Vec::new();
    let hooks = find(&parsed).map_err(|wrong| errors.extend(wrong)).ok();
    let json = match manifest_path(arguments) {
        Ok(path) => read(path.as_ref())
            .map_err(|wrong| errors.extend(wrong))
            .ok(),
        Err(error) => {
            errors.push(error);
            None
        }
    };
    match (hooks, json) {
        (Some(hooks), Some(json)) => {
            let implementation = implementation(&parsed.ty, &hooks, &json);
            quote! { #item #implementation }
        }
        _ => with_errors(item, Some(&parsed), &errors),
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

fn implementation(ty: &Type, hooks: &Hooks, json: &PluginJson) -> TokenStream {
    let (identity, watch) = (identity(json), watch(json));
    let on_start = method(ty, "on_start", &hooks.on_start);
    let on_stop = method(ty, "on_stop", &hooks.on_stop);
    let on_resume = hooks.on_resume.as_ref().map(|hook| {
        let method = method(ty, "on_resume", hook);
        quote! {
            fn resumes(&self) -> bool {
                true
            }
            #method
        }
    });
    quote! {
        #[automatically_derived]
        impl ::stratos::Plugin for #ty {
            fn identity(&self) -> ::stratos::Identity {
                #watch
                #identity
            }
            #on_start
            #on_stop
            #on_resume
        }
    }
}

fn method(ty: &Type, name: &str, hook: &Hook) -> TokenStream {
    let name = syn::Ident::new(name, Span::call_site());
    let context = match hook.context {
        Context::No => None,
        // The span of the author's type, so that a wrong one is reported there.
        Context::ByValue(span) => Some(quote_spanned! {span=> , ctx }),
        Context::ByReference(span) => Some(quote_spanned! {span=> , &ctx }),
    };
    let unused = matches!(hook.context, Context::No).then(|| quote! { let _ = ctx; });
    let call = quote! { <#ty>::#name(self #context) };
    let run = quote_spanned! {hook.output=> ::stratos::__private::hook(#call).await };
    quote! {
        async fn #name(&self, ctx: ::stratos::PluginContext) -> ::stratos::Result {
            #unused
            #run
        }
    }
}

fn identity(json: &PluginJson) -> TokenStream {
    let (id, version) = (&json.manifest.id, json.manifest.version.to_string());
    quote! {
        ::stratos::Identity {
            id: ::std::string::String::from(#id),
            version: ::std::string::String::from(#version),
        }
    }
}

/// Makes the compiler build again when the file changes.
fn watch(json: &PluginJson) -> TokenStream {
    let path = &json.path;
    quote! { const _: &[u8] = ::core::include_bytes!(#path); }
}

/// The item and the errors, with an empty implementation so that its users raise no errors as well.
fn with_errors(item: &TokenStream, parsed: Option<&PluginImpl>, errors: &[Error]) -> TokenStream {
    let errors = errors.iter().map(Error::to_compile_error);
    let fallback = parsed.map(|PluginImpl { ty, generics, .. }| {
        let (parameters, _, bounds) = generics.split_for_impl();
        quote! {
            #[automatically_derived]
            impl #parameters ::stratos::Plugin for #ty #bounds {
                fn identity(&self) -> ::stratos::Identity {
                    ::core::unreachable!()
                }
                async fn on_start(&self, _: ::stratos::PluginContext) -> ::stratos::Result {
                    ::core::unreachable!()
                }
                async fn on_stop(&self, _: ::stratos::PluginContext) -> ::stratos::Result {
                    ::core::unreachable!()
                }
            }
        }
    });
    quote! { #item #fallback #(#errors)* }
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
            }
        };
        let parsed = PluginImpl::read(item).unwrap();
        let hooks = find(&parsed).ok().unwrap();
        let path: LitStr = syn::parse_str("\"../stratos-sdk/tests/plugin.json\"").unwrap();
        let json = read(Some(&path)).ok().unwrap();
        let output = syn::parse2(implementation(&parsed.ty, &hooks, &json)).unwrap();
        let text = prettyplease::unparse(&output).replace(&json.path, "PATH");
        insta::assert_snapshot!(text);
    }
}
