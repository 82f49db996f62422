//! The constants `ID` and `VERSION`, and the module with an accessor for each setting.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use stratos_manifest::SettingScope;
use syn::Ident;

use super::parts::plugin_type;
use crate::model::{Plugin, SettingAccessor, SettingKind};
use crate::names::snake;
use crate::parse::item::ItemKind;
use crate::types::last_segment;

/// Generates the inherent members of the plugin's type and, if the manifest declares settings, their module.
pub(super) fn expand(plugin: &Plugin<'_>) -> TokenStream {
    let Some(json) = plugin.json.filter(|_| !plugin.settings.is_empty()) else {
        return inherent_members(plugin, None);
    };
    let hidden = hidden_module(plugin);
    let default = Ident::new("settings", Span::call_site());
    let visible = plugin.settings_module.unwrap_or(&default);
    let members = inherent_members(plugin, Some(&quote! { #hidden::#visible }));
    let import = match plugin.settings_module {
        Some(module) => quote! { pub use #hidden::#module; },
        // A glob import, so that a module of the author with the same name takes precedence.
        None => quote! { pub use #hidden::*; },
    };
    let accessors = plugin.settings.iter().map(accessor_methods);
    let choices = plugin.settings.iter().filter_map(choice_enum);
    let doc = format!(
        " The settings that `{}` declares; `#[stratos::plugin(settings = \"...\")]` gives this module another name.",
        json.name
    );
    quote! {
        #members

        #[doc(hidden)]
        pub mod #hidden {
            #[doc = #doc]
            pub mod #visible {
                /// Reads the settings; each method has the name of its setting.
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

/// Returns the name of the module around the settings module, which cannot collide with a module of the author.
fn hidden_module(plugin: &Plugin<'_>) -> Ident {
    let name = match &plugin.item.kind {
        ItemKind::Impl { ty, .. } => last_segment(ty).map(Ident::to_string),
        ItemKind::Module { .. } => None,
    };
    format_ident!("__stratos_{}", snake(&name.unwrap_or_default()))
}

/// Generates `ID`, `VERSION` and `settings` of the plugin's type; the constants are empty without a valid manifest.
fn inherent_members(plugin: &Plugin<'_>, settings_module: Option<&TokenStream>) -> TokenStream {
    let ty = plugin_type(plugin);
    let (parameters, bounds) = match &plugin.item.kind {
        ItemKind::Impl { generics, .. } => {
            let (parameters, _, bounds) = generics.split_for_impl();
            (quote! { #parameters }, quote! { #bounds })
        }
        ItemKind::Module { .. } => Default::default(),
    };
    let identity = plugin.json.and_then(|json| json.identity.as_ref());
    let (id, version) = identity.map_or(("", ""), |identity| (&identity.id, &identity.version));
    let id = quote! {
        /// The plugin's id, from its manifest.
        pub const ID: &'static str = #id;
    };
    let version = quote! {
        /// The plugin's version, from its manifest.
        pub const VERSION: &'static str = #version;
    };
    let settings = settings_module.map(|module| {
        quote! {
            /// Accessors of the settings, which read the current values.
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
    let members = members
        .into_iter()
        .filter(|(name, _)| !plugin.redeclared_members.contains(name))
        .filter_map(|(_, code)| code);
    quote! {
        impl #parameters #ty #bounds {
            #(#members)*
        }
    }
}

/// Generates the accessor of a setting, and the one that takes a default.
fn accessor_methods(accessor: &SettingAccessor<'_>) -> TokenStream {
    let SettingAccessor {
        declaration,
        method,
        method_or,
        kind,
    } = accessor;
    let setting = &declaration.setting;
    let key = &setting.key;
    let ty = match kind {
        SettingKind::Bool => quote! { bool },
        SettingKind::Text => quote! { ::std::string::String },
        SettingKind::Number => quote! { f64 },
        SettingKind::Json => quote! { ::stratos::serde_json::Value },
        SettingKind::Choice { name, .. } => quote! { #name },
    };
    let (read, read_or) = match kind {
        SettingKind::Choice { .. } => (quote! { choice }, quote! { choice_or }),
        SettingKind::Json => (quote! { any_json }, quote! { any_json_or }),
        _ => (quote! { setting }, quote! { setting_or }),
    };
    let output = match setting.default {
        Some(_) => quote! { #ty },
        None => quote! { ::core::option::Option<#ty> },
    };
    let body = match default_value(accessor) {
        Some(default) => quote! { ::stratos::__private::#read_or(&self.0, #key, #default).await },
        // An invalid default is an error already; the accessor keeps its type to avoid further errors.
        None if setting.default.is_some() => quote! { ::core::unreachable!() },
        None => quote! { ::stratos::__private::#read(&self.0, #key).await },
    };
    let docs = setting_docs(accessor);
    let doc_or =
        format!(" Like [`{method}`](Self::{method}), but returns `default` if it is not set.");
    let error = quote! { ::stratos::context::ConfigError };
    quote! {
        #(#[doc = #docs])*
        pub async fn #method(&self) -> ::core::result::Result<#output, #error> {
            #body
        }

        #[doc = #doc_or]
        pub async fn #method_or(&self, default: #ty) -> ::core::result::Result<#ty, #error> {
            ::stratos::__private::#read_or(&self.0, #key, default).await
        }
    }
}

/// Generates the default in the manifest; `None` if it is absent or invalid.
fn default_value(accessor: &SettingAccessor<'_>) -> Option<TokenStream> {
    let default = accessor.declaration.setting.default.as_ref()?;
    Some(match &accessor.kind {
        SettingKind::Bool => {
            let value = default.as_bool()?;
            quote! { #value }
        }
        SettingKind::Text => {
            let text = default.as_str()?;
            quote! { ::std::string::String::from(#text) }
        }
        SettingKind::Number => {
            let value = default.as_f64()?;
            quote! { #value }
        }
        SettingKind::Json => {
            let text = default.to_string();
            quote! { ::stratos::__private::json(#text) }
        }
        SettingKind::Choice { name, variants } => {
            let mut options = variants.iter();
            let (variant, _) = options.find(|(_, option)| option.value == *default)?;
            quote! { #name::#variant }
        }
    })
}

/// Writes the doc comment of an accessor, line by line.
fn setting_docs(accessor: &SettingAccessor<'_>) -> Vec<String> {
    let setting = &accessor.declaration.setting;
    let mut docs = vec![format!(
        " {} ({}).",
        escape_markdown(&setting.name),
        code_span(&setting.key)
    )];
    if let Some(description) = &setting.description {
        docs.extend([String::new(), format!(" {}", escape_markdown(description))]);
    }
    docs.push(String::new());
    let by = match setting.scope {
        SettingScope::User => "Set by the pilot",
        SettingScope::Airline => "Set by the airline",
    };
    docs.push(match &setting.default {
        Some(default) => {
            let default = code_span(&default.to_string());
            format!(" {by}; {default} if it is not set.")
        }
        None => format!(" {by}; `None` if it is not set."),
    });
    docs
}

/// Escapes text so that Markdown shows it literally: no links, no HTML, and no doctest of an indented line.
fn escape_markdown(text: &str) -> String {
    let mut escaped = String::new();
    for char in single_line(text).chars() {
        escaped.extend(char.is_ascii_punctuation().then_some('\\'));
        escaped.push(char);
    }
    escaped
}

/// Writes text as a code span of Markdown, with a fence longer than each run of backticks in the text.
fn code_span(text: &str) -> String {
    let text = single_line(text);
    let runs = text.split(|char| char != '`').map(str::len);
    match runs.max().unwrap_or_default() {
        0 if !text.is_empty() => format!("`{text}`"),
        longest => {
            let fence = "`".repeat(longest + 1);
            format!("{fence} {text} {fence}")
        }
    }
}

/// Replaces each run of whitespace by one space, as Markdown does when it renders text.
fn single_line(text: &str) -> String {
    let words: Vec<_> = text.split_ascii_whitespace().collect();
    words.join(" ")
}

/// Generates the enum of a setting with options.
fn choice_enum(accessor: &SettingAccessor<'_>) -> Option<TokenStream> {
    let SettingKind::Choice { name, variants } = &accessor.kind else {
        return None;
    };
    let setting = &accessor.declaration.setting;
    let doc = format!(
        " The options of {} ({}).",
        escape_markdown(&setting.name),
        code_span(&setting.key)
    );
    let names: Vec<_> = variants.iter().map(|(name, _)| name).collect();
    let docs = variants.iter().map(|(_, option)| {
        let value = code_span(&option.value.to_string());
        format!(" {} ({value})", escape_markdown(&option.label))
    });
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
    fn texts_of_the_manifest_are_escaped_in_doc_comments() {
        let text = "a `b`\n\n    let [c] = 1;";
        assert_eq!(escape_markdown(text), r"a \`b\` let \[c\] \= 1\;");
        for (text, expected) in [
            ("kg", "`kg`"),
            ("a\n\n    b", "`a b`"),
            ("", "`  `"),
            ("`", "`` ` ``"),
            ("a``b`<i>", "``` a``b`<i> ```"),
        ] {
            assert_eq!(code_span(text), expected, "{text:?}");
        }
    }
}
