//! What the manifest is to the code: constants, and an accessor for each setting.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use stratos_manifest::SettingScope;
use syn::{Error, Ident};

use super::plugin::Parts;
use crate::item::{Form, Item};
use crate::names::snake;
use crate::settings::{Declared, Kind, declare, unfit_default};
use crate::signature::last_segment;

pub(super) fn expand(
    parts: &Parts<'_>,
    module: Option<&Ident>,
    errors: &mut Vec<Error>,
) -> TokenStream {
    let Some(json) = &parts.json else {
        // So that their uses are no errors on top.
        return constants(parts, None, errors);
    };
    let declared = declare(&json.settings);
    for (declared, (_, place)) in declared.iter().zip(&json.settings) {
        if let Some(wrong) = unfit_default(declared) {
            errors.push(json.error(place.start, &wrong));
        }
    }
    if declared.is_empty() {
        return constants(parts, None, errors);
    }
    let hidden = hidden(parts);
    let default = Ident::new("settings", Span::call_site());
    let visible = module.unwrap_or(&default);
    let constants = constants(parts, Some(&quote! { #hidden::#visible }), errors);
    let import = match module {
        Some(module) => quote! { pub use #hidden::#module; },
        // All of it, which is the one module: so one of the author's, of the same name, goes before it.
        None => quote! { pub use #hidden::*; },
    };
    let accessors = declared.iter().map(accessors);
    let choices = declared.iter().filter_map(choice);
    let doc = format!(
        " The settings that `{}` declares; `#[stratos::plugin(settings = \"...\")]` gives this module another name.",
        json.name
    );
    quote! {
        #constants

        #[doc(hidden)]
        pub mod #hidden {
            #[doc = #doc]
            pub mod #visible {
                /// Reads the settings; each method is called like its setting.
                #[derive(::core::fmt::Debug, ::core::clone::Clone)]
                pub struct Settings(::stratos::context::Config);

                impl ::core::convert::From<&::stratos::PluginContext> for Settings {
                    fn from(ctx: &::stratos::PluginContext) -> Self {
                        Self(::core::clone::Clone::clone(&ctx.config))
                    }
                }

                impl Settings {
                    #(#accessors)*
                }

                #(#choices)*
            }
        }

        #import
    }
}

/// Where the generated module lies, so that one of the author's does not collide with it.
fn hidden(parts: &Parts<'_>) -> Ident {
    let name = match &parts.item.form {
        Form::Impl { ty, .. } => last_segment(ty).map(Ident::to_string),
        Form::Module { .. } => None,
    };
    format_ident!("__stratos_{}", snake(&name.unwrap_or_default()))
}

/// `ID`, `VERSION` and `settings` of the plugin's type.
fn constants(
    parts: &Parts<'_>,
    module: Option<&TokenStream>,
    errors: &mut Vec<Error>,
) -> TokenStream {
    let ty = parts.ty();
    let (parameters, bounds) = match &parts.item.form {
        Form::Impl { generics, .. } => {
            let (parameters, _, bounds) = generics.split_for_impl();
            (quote! { #parameters }, quote! { #bounds })
        }
        Form::Module { .. } => Default::default(),
    };
    let identity = parts.json.as_ref().and_then(|json| json.identity.as_ref());
    let (id, version) = identity.map_or(("", ""), |identity| (&identity.id, &identity.version));
    let id = quote! {
        /// The plugin's id, from its manifest.
        pub const ID: &'static str = #id;
    };
    let version = quote! {
        /// The plugin's version, from its manifest.
        pub const VERSION: &'static str = #version;
    };
    let settings = module.map(|module| {
        quote! {
            /// The settings, as they are at the moment of each call.
            pub fn settings(ctx: &::stratos::PluginContext) -> #module::Settings {
                <#module::Settings as ::core::convert::From<_>>::from(ctx)
            }
        }
    });
    let members = [
        ("ID", Some(id)),
        ("VERSION", Some(version)),
        ("settings", settings),
    ];
    let members = members.into_iter().filter_map(|(name, code)| {
        let code = code?;
        let own = own_member(parts.item, name);
        if let Some(own) = own {
            let text = format!(
                "`#[stratos::plugin]` adds `{name}` from plugin.json: give this one another name"
            );
            errors.push(Error::new(own.span(), text));
        }
        own.is_none().then_some(code)
    });
    let members: TokenStream = members.collect();
    quote! {
        impl #parameters #ty #bounds {
            #members
        }
    }
}

/// What the author's `impl` block has of this name already.
fn own_member<'a>(item: &'a Item, name: &'a str) -> Option<&'a Ident> {
    let Form::Impl { .. } = item.form else {
        return None;
    };
    let constants = item.others.iter().filter(|(keyword, _)| keyword == "const");
    let functions = item
        .functions
        .iter()
        .map(|function| &function.signature.ident);
    let mut members = constants.map(|(_, name)| name).chain(functions);
    members.find(|member| *member == name)
}

fn accessors(declared: &Declared<'_>) -> TokenStream {
    let Declared {
        setting,
        method,
        or,
        kind,
    } = declared;
    let key = &setting.key;
    let ty = match kind {
        Kind::Bool => quote! { bool },
        Kind::Text => quote! { ::std::string::String },
        Kind::Number => quote! { f64 },
        Kind::Json => quote! { ::stratos::serde_json::Value },
        Kind::Choice { name, .. } => quote! { #name },
    };
    let (read, read_or) = match kind {
        Kind::Choice { .. } => (quote! { choice }, quote! { choice_or }),
        Kind::Json => (quote! { any_json }, quote! { any_json_or }),
        _ => (quote! { setting }, quote! { setting_or }),
    };
    let output = match setting.default {
        Some(_) => quote! { #ty },
        None => quote! { ::core::option::Option<#ty> },
    };
    let body = match default(declared) {
        Some(default) => quote! { ::stratos::__private::#read_or(&self.0, #key, #default).await },
        // Of a default that does not fit, which is an error: the accessor has the type that its uses expect.
        None if setting.default.is_some() => quote! { ::core::unreachable!() },
        None => quote! { ::stratos::__private::#read(&self.0, #key).await },
    };
    let docs = docs(declared);
    let doc_or = format!(" [`{method}`](Self::{method}), with a default of the caller's.");
    let error = quote! { ::stratos::context::ConfigError };
    quote! {
        #(#[doc = #docs])*
        pub async fn #method(&self) -> ::core::result::Result<#output, #error> {
            #body
        }

        #[doc = #doc_or]
        pub async fn #or(&self, default: #ty) -> ::core::result::Result<#ty, #error> {
            ::stratos::__private::#read_or(&self.0, #key, default).await
        }
    }
}

/// The manifest's default, if it fits.
fn default(declared: &Declared<'_>) -> Option<TokenStream> {
    let default = declared.setting.default.as_ref()?;
    Some(match &declared.kind {
        Kind::Bool => {
            let value = default.as_bool()?;
            quote! { #value }
        }
        Kind::Text => {
            let text = default.as_str()?;
            quote! { ::std::string::String::from(#text) }
        }
        Kind::Number => {
            let value = default.as_f64()?;
            quote! { #value }
        }
        Kind::Json => {
            let text = default.to_string();
            quote! { ::stratos::__private::json(#text) }
        }
        Kind::Choice { name, variants } => {
            let mut options = variants.iter();
            let (variant, _) = options.find(|(_, option)| option.value == *default)?;
            quote! { #name::#variant }
        }
    })
}

/// What an editor shows.
fn docs(declared: &Declared<'_>) -> Vec<String> {
    let setting = declared.setting;
    let mut docs = vec![format!(
        " {} ({}).",
        escaped(&setting.name),
        code(&setting.key)
    )];
    if let Some(description) = &setting.description {
        docs.extend([String::new(), format!(" {}", escaped(description))]);
    }
    docs.push(String::new());
    let by = match setting.scope {
        SettingScope::User => "Set by the pilot",
        SettingScope::Airline => "Set by the airline",
    };
    docs.push(match &setting.default {
        Some(default) => {
            let default = code(&default.to_string());
            format!(" {by}; {default} where it is not set.")
        }
        None => format!(" {by}; `None` where it is not set."),
    });
    docs
}

/// Text as Markdown that says the same: its brackets are no links, its addresses none of rustdoc's business, and it is
/// one line, so that no indented part of it is a doctest.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for char in line(text).chars() {
        escaped.extend(char.is_ascii_punctuation().then_some('\\'));
        escaped.push(char);
    }
    escaped
}

/// Text as Markdown's code, between more backticks than it has itself.
fn code(text: &str) -> String {
    let text = line(text);
    let runs = text.split(|char| char != '`').map(str::len);
    match runs.max().unwrap_or_default() {
        0 if !text.is_empty() => format!("`{text}`"),
        longest => {
            let fence = "`".repeat(longest + 1);
            format!("{fence} {text} {fence}")
        }
    }
}

/// Text with a space for each break and each row of spaces, which is how Markdown shows it.
fn line(text: &str) -> String {
    let words: Vec<_> = text.split_ascii_whitespace().collect();
    words.join(" ")
}

fn choice(declared: &Declared<'_>) -> Option<TokenStream> {
    let Kind::Choice { name, variants } = &declared.kind else {
        return None;
    };
    let doc = format!(
        " The options of {} ({}).",
        escaped(&declared.setting.name),
        code(&declared.setting.key)
    );
    let names: Vec<_> = variants.iter().map(|(name, _)| name).collect();
    let docs = variants
        .iter()
        .map(|(_, option)| (escaped(&option.label), code(&option.value.to_string())))
        .map(|(label, value)| format!(" {label} ({value})"));
    let values = variants.iter().map(|(_, option)| option.value.to_string());
    Some(quote! {
        #[doc = #doc]
        #[derive(
            ::core::fmt::Debug, ::core::clone::Clone, ::core::marker::Copy,
            ::core::cmp::PartialEq, ::core::cmp::Eq, ::core::hash::Hash,
        )]
        pub enum #name {
            #(#[doc = #docs] #names,)*
        }

        #[automatically_derived]
        impl ::stratos::__private::Choice for #name {
            const ALL: &'static [(&'static str, Self)] = &[#((#values, Self::#names)),*];
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_manifest_says_is_text_and_code_and_no_other_markdown() {
        let text = "a `b`\n\n    let [c] = 1;";
        assert_eq!(escaped(text), r"a \`b\` let \[c\] \= 1\;");
        for (text, expected) in [
            ("kg", "`kg`"),
            ("a\n\n    b", "`a b`"),
            ("", "`  `"),
            ("`", "`` ` ``"),
            ("a``b`<i>", "``` a``b`<i> ```"),
        ] {
            assert_eq!(code(text), expected, "{text:?}");
        }
    }
}
