//! The engine behind `cargo stratos check`: parses a plugin's `plugin.json`, and reports errors and warnings in it.
//!
//! [`check`] takes the bytes of the file and returns the findings as data, and the typed [`Manifest`] if there is no
//! error. It reads no files and prints nothing. The facts about the files around the manifest that some rules need are
//! collected before, by `ProjectFacts::collect`, or left out with [`ProjectFacts::none`].
//!
//! ```
//! use stratos_manifest::{ProjectFacts, check, position};
//!
//! let source = r#"{ "id": "My Plugin" }"#;
//! let report = check(source.as_bytes(), &ProjectFacts::none());
//!
//! let finding = report.diagnostics.iter().find(|d| d.rule == "malformed-id").expect("the id has a space");
//! assert_eq!(position(source, finding.span.start).to_string(), "1:9");
//! assert_eq!(finding.help.as_deref(), Some("write `\"id\": \"my-plugin\"`"));
//! assert!(report.manifest.is_none());
//! ```
//!
//! # Versions of the platform's documentation
//!
//! The shell's behaviour is documented in several versions, and the docs of this crate refer to them:
//!
//! - **V1** is the platform's guide to background modules that the SDK started from.
//! - **V2** and **V3** are the platform's later public documentation.
//!
//! A rule that rests on none of them, but on our own judgement, reports at most warnings.
//!
//! # Layers
//!
//! The modules below are in the order of their layers: each uses only those before it.
//!
//! `syntax` decodes and parses a file into a [`ParsedManifest`], `model` has the typed [`Manifest`], and `schema` the
//! structure that a manifest has to have, as a table and as the published JSON Schema, with the same result.
//! The [`RULES`] are run by `check` and `linter`, and `apply_fixes` applies the fixes of their findings. A rule is one
//! file in `rules`, one line in `rules/mod.rs`, and fixtures.

#![warn(missing_docs)]
#![cfg_attr(
    not(feature = "full"),
    expect(dead_code, unused_imports, reason = "used by the full build only")
)]

// Text and syntax.
mod invisible;
mod nearest_version;
#[cfg(feature = "toml")]
mod parse_toml;
mod position;
mod quote;
mod slug;
mod step;
mod suggest;
mod syntax;

// The domain: the typed manifest, and the files that it names.
#[cfg(feature = "setting-values")]
mod check_value;
#[cfg(feature = "setting-values")]
mod date;
#[cfg(feature = "full")]
mod entry_module;
#[cfg(feature = "full")]
mod foreign_formats;
mod icon;
#[cfg(feature = "setting-values")]
mod js_regex;
mod model;
mod plugin_path;
#[cfg(feature = "full")]
mod portability;

// The input and output of rules.
mod facts;
mod fix;
mod schema;

mod diagnostic;

// The rules, and the configuration of a project.
mod context;
mod rule;
mod rules;

mod levels;
#[cfg(feature = "full")]
mod settings;

// The checks.
mod check;
#[cfg(feature = "full")]
mod linter;

// The uses of a report.
#[cfg(feature = "full")]
mod apply_fixes;
#[cfg(feature = "full")]
mod suppress;

#[cfg(feature = "setting-values")]
pub use self::check_value::{SettingError, check_value};
#[cfg(feature = "toml")]
pub use self::parse_toml::{TomlError, parse_toml};
#[cfg(feature = "full")]
pub use self::{
    apply_fixes::{FixedManifest, apply_fixes, retain_applicable_fixes},
    facts::FactsCache,
    linter::{Linter, is_foreign},
    portability::{PortabilityError, portability_error},
    schema::SCHEMA,
    settings::{CheckSettings, Exception},
    suppress::suppress,
};
pub use self::{
    check::{Report, check, check_parsed},
    context::UnusedSuppression,
    diagnostic::{Diagnostic, Level, Related},
    facts::{
        CrateFacts, FileStatus, FileVersion, IconFacts, Program, ProjectFacts, SdkSource,
        SimilarPlugin,
    },
    fix::{Edit, Fix, Safety},
    icon::{Doctype, IconContent, Svg, SvgMatches},
    invisible::is_invisible,
    levels::{LevelError, Levels},
    model::{
        Author, Background, Choice, Manifest, PluginType, Setting, SettingDeclaration,
        SettingScope, SettingType,
    },
    plugin_path::icon_locations,
    position::{Position, position},
    rule::{Group, Rule, RuleLevel, Source, Stage},
    rules::RULES,
    suggest::closest,
    syntax::{MAX_BYTES, MAX_DEPTH, ParsedManifest},
};
