//! The constants `ID` and `VERSION`, and the module with an accessor for each setting.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::Ident;

use super::parts::plugin_type;
use super::setting_docs::{code_span, escape_markdown, setting_docs};
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
    let visible = settings_module(plugin);
    let members = inherent_members(plugin, Some(&quote! { #hidden::#visible }));
    let import = match plugin.settings_module {
        Some(module) => quote! { pub use #hidden::#module; },
        // A glob import, so that a module of the author with the same name takes precedence.
        None => quote! { pub use #hidden::*; },
    };
    let accessors = plugin.settings.iter().enumerate();
    let accessors = accessors.map(|(index, accessor)| accessor_methods(index, accessor));
    let snapshot = snapshot_struct(&plugin.settings);
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
                /// Reads the settings: all at once, or one with the method of its name.
                #[derive(::core::fmt::Debug, ::core::clone::Clone)]
                pub struct Settings(::stratos::context::Config);

                impl ::core::convert::From<&::stratos::PluginContext> for Settings {
                    fn from(ctx: &::stratos::PluginContext) -> Self {
                        Self(::core::clone::Clone::clone(&ctx.config))
                    }
                }

                impl Settings {
                    /// Reads all settings at once, with the defaults of the manifest.
                    pub async fn all(
                        &self,
                    ) -> ::core::result::Result<Snapshot, ::stratos::context::ConfigError> {
                        ::stratos::__private::snapshot(&self.0).await
                    }

                    /// Subscribes to the settings: the current ones first, then again after each change.
                    pub fn watch(&self) -> ::stratos::SettingsWatch<Snapshot> {
                        ::stratos::SettingsWatch::new(&self.0)
                    }

                    #(#accessors)*
                }

                #snapshot

                #(#choices)*
            }
        }

        #import
    }
}

/// Returns the list of settings that the program embeds; an empty one without settings, nothing without a manifest.
pub(super) fn declared_settings(plugin: &Plugin<'_>) -> Option<TokenStream> {
    plugin.json?;
    let list = match plugin.settings.is_empty() {
        true => quote! { &[] },
        false => {
            let hidden = hidden_module(plugin);
            let module = settings_module(plugin);
            quote! { <#hidden::#module::Snapshot as ::stratos::__private::Snapshot>::SETTINGS }
        }
    };
    Some(quote! {
        fn declared_settings(
            &self,
        ) -> ::core::option::Option<&'static [::stratos::__private::SettingSpec]> {
            ::core::option::Option::Some(#list)
        }
    })
}

fn settings_module(plugin: &Plugin<'_>) -> Ident {
    let default = || Ident::new("settings", Span::call_site());
    plugin.settings_module.cloned().unwrap_or_else(default)
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

/// Generates the struct of all settings.
fn snapshot_struct(accessors: &[SettingAccessor<'_>]) -> TokenStream {
    let fields = accessors.iter().map(|accessor| {
        let (name, docs, ty) = (&accessor.method, setting_docs(accessor), output(accessor));
        quote! {
            #(#[doc = #docs])*
            pub #name: #ty
        }
    });
    let specs = accessors.iter().map(|accessor| {
        let setting = &accessor.declaration.setting;
        let (key, ty) = (&setting.key, value_type(accessor));
        let (accepted, json) = (setting.accepted_values(), setting.to_json());
        quote! {
            ::stratos::__private::SettingSpec {
                key: #key,
                accepts: ::stratos::__private::accepts::<#ty>,
                accepted: #accepted,
                json: #json,
            }
        }
    });
    let values = accessors.iter().enumerate().map(|(index, accessor)| {
        let (name, ty) = (&accessor.method, value_type(accessor));
        let stored = quote! { stored.take::<#ty>(&Self::SETTINGS[#index])? };
        // An invalid default is an error already; the field keeps its type to avoid further errors.
        let invalid = || quote! { ::core::unreachable!() };
        match &accessor.declaration.setting.default {
            Some(_) => {
                let default = default_value(accessor).unwrap_or_else(invalid);
                quote! { #name: #stored.unwrap_or_else(|| #default) }
            }
            None => quote! { #name: #stored },
        }
    });
    let entries = accessors.iter().map(|accessor| {
        let (key, name) = (&accessor.declaration.setting.key, &accessor.method);
        quote! { ::stratos::__private::SerializeMap::serialize_entry(&mut map, #key, &self.#name)?; }
    });
    let length = accessors.len();
    let serialize = serialize_impl(
        &quote! { Snapshot },
        &quote! {
            let mut map = serializer.serialize_map(::core::option::Option::Some(#length))?;
            #(#entries)*
            ::stratos::__private::SerializeMap::end(map)
        },
    );
    quote! {
        /// Values of the settings at one time. Serializes to an object with the manifest's keys.
        #[derive(::core::fmt::Debug, ::core::clone::Clone, ::core::cmp::PartialEq)]
        pub struct Snapshot {
            #(#fields,)*
        }

        #[automatically_derived]
        impl ::stratos::__private::Snapshot for Snapshot {
            const SETTINGS: &'static [::stratos::__private::SettingSpec] = &[#(#specs),*];

            fn from_stored(
                mut stored: ::stratos::__private::StoredSettings,
            ) -> ::core::result::Result<Self, ::stratos::context::ConfigError> {
                ::core::result::Result::Ok(Self { #(#values,)* })
            }
        }

        #serialize
    }
}

/// Generates `Serialize` of a type; `body` uses `serializer`.
fn serialize_impl(ty: &TokenStream, body: &TokenStream) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl ::stratos::__private::Serialize for #ty {
            fn serialize<S: ::stratos::__private::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                #body
            }
        }
    }
}

/// The Rust type of a setting's value.
fn value_type(accessor: &SettingAccessor<'_>) -> TokenStream {
    match &accessor.kind {
        SettingKind::Bool => quote! { bool },
        SettingKind::Text => quote! { ::std::string::String },
        SettingKind::Number => quote! { f64 },
        SettingKind::Integer => quote! { i64 },
        SettingKind::Json => quote! { ::stratos::serde_json::Value },
        SettingKind::Choice { name, .. } => quote! { #name },
    }
}

/// The Rust type of a setting: an `Option` of the value if there is no default.
fn output(accessor: &SettingAccessor<'_>) -> TokenStream {
    let ty = value_type(accessor);
    match accessor.declaration.setting.default {
        Some(_) => ty,
        None => quote! { ::core::option::Option<#ty> },
    }
}

/// Generates the accessor of the setting at `index`, and the one that takes a default.
fn accessor_methods(index: usize, accessor: &SettingAccessor<'_>) -> TokenStream {
    let SettingAccessor {
        declaration,
        method,
        method_or,
        ..
    } = accessor;
    let setting = &declaration.setting;
    let (ty, output) = (value_type(accessor), output(accessor));
    let spec = quote! { &<Snapshot as ::stratos::__private::Snapshot>::SETTINGS[#index] };
    let body = match default_value(accessor) {
        Some(default) => {
            quote! { ::stratos::__private::setting_or(&self.0, #spec, #default).await }
        }
        // An invalid default is an error already; the accessor keeps its type to avoid further errors.
        None if setting.default.is_some() => quote! { ::core::unreachable!() },
        None => quote! { ::stratos::__private::setting(&self.0, #spec).await },
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
            ::stratos::__private::setting_or(&self.0, #spec, default).await
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
        SettingKind::Integer => {
            let value = accessor.declaration.setting.integer_default()?;
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

/// Generates the enum of a setting with options.
fn choice_enum(accessor: &SettingAccessor<'_>) -> Option<TokenStream> {
    let SettingKind::Choice { name, variants } = &accessor.kind else {
        return None;
    };
    let setting = &accessor.declaration.setting;
    let doc = format!(
        " The options of {} ({}). Serializes to the value that is stored.",
        escape_markdown(&setting.name),
        code_span(&setting.key)
    );
    let names: Vec<_> = variants.iter().map(|(name, _)| name).collect();
    let docs = variants.iter().map(|(_, option)| {
        let value = code_span(&option.value.to_string());
        format!(" {} ({value})", escape_markdown(&option.label))
    });
    let values = variants.iter().map(|(_, option)| option.value.to_string());
    let texts = variants
        .iter()
        .map(|(_, option)| match option.value.as_str() {
            Some(text) => text.to_owned(),
            None => option.value.to_string(),
        });
    let serialize = serialize_impl(
        &quote! { #name },
        &quote! { ::stratos::__private::serialize_choice(*self, serializer) },
    );
    Some(quote! {
        #[doc = #doc]
        #[derive(
            ::core::fmt::Debug, ::core::clone::Clone, ::core::marker::Copy,
            ::core::cmp::PartialEq, ::core::cmp::Eq, ::core::hash::Hash,
        )]
        pub enum #name {
            #(#[doc = #docs] #names,)*
        }

        impl #name {
            /// The option's value as text, as in the manifest.
            pub fn as_str(self) -> &'static str {
                match self {
                    #(Self::#names => #texts,)*
                }
            }
        }

        #[automatically_derived]
        impl ::stratos::__private::Choice for #name {
            const ALL: &'static [(&'static str, Self)] = &[#((#values, Self::#names)),*];
        }

        #serialize
    })
}
