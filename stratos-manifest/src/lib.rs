//! The engine behind `cargo stratos check`: what is wrong with a plugin's `plugin.json`, where, and what to do.
//!
//! [`check`] takes the file's bytes and answers with findings as data, and with the typed [`Manifest`] when the file
//! can be relied on. It reads no disk and prints nothing; what the rules need to know about the files around the
//! manifest is collected before by `ProjectFacts::collect`, or left out with [`ProjectFacts::none`].
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
//! # Where the facts come from
//!
//! The shell's behaviour is documented in more than one version, and the docs here name the one they rest on:
//!
//! - **V1** is the platform's guide to background modules that the SDK started from.
//! - **V2** and **V3** are the platform's later public documentation.
//!
//! What rests on none of them, but on our own judgement, is at most a warning.
//!
//! # The parts
//!
//! Bytes become text and a syntax tree with spans (`reading`), which is held against the `shape` of a manifest: by a
//! table in the light build, and by the published JSON Schema in the full one, with the same outcome. The [`RULES`] look
//! at all of it, and a tree without errors becomes the [`Manifest`]. A rule is one file under `rules`, its line in
//! `rules/mod.rs`, and its fixtures.

#![warn(missing_docs)]
#![cfg_attr(
    not(feature = "full"),
    expect(
        dead_code,
        unused_imports,
        reason = "the parts that only rules of the full build use"
    )
)]

#[cfg(feature = "full")]
mod background;
mod check;
mod context;
#[cfg(feature = "full")]
mod date;
mod diagnostic;
mod facts;
mod fix;
#[cfg(feature = "full")]
mod icon;
#[cfg(feature = "full")]
mod identity;
mod invisible;
mod levels;
#[cfg(feature = "full")]
mod linter;
mod model;
#[cfg(feature = "full")]
mod pattern;
mod plugin_path;
#[cfg(feature = "full")]
mod portability;
mod position;
mod quote;
mod reading;
mod rule;
mod rules;
#[cfg(feature = "full")]
mod settings;
mod shape;
mod slug;
mod suggest;
#[cfg(feature = "full")]
mod suppress;

pub use self::{
    check::{Report, check},
    context::UnusedSuppression,
    diagnostic::{Diagnostic, Level, Related},
    facts::{
        CrateFact, Doctype, FileFact, FileVersion, IconFact, Image, InSvg, Neighbour, Program,
        ProjectFacts, SdkSource, Svg,
    },
    fix::{Edit, Fix, Safety},
    levels::{LevelError, Levels},
    model::{
        Author, Background, Choice, Manifest, PluginType, Setting, SettingScope, SettingType,
        readable_settings,
    },
    position::{Position, position},
    reading::{MAX_BYTES, MAX_DEPTH},
    rule::{Group, Rule, RuleLevel, Source, Stage},
    rules::RULES,
    suggest::closest,
};
#[cfg(feature = "full")]
pub use self::{
    fix::{Repaired, repair},
    identity::{plugin_id, plugin_version},
    linter::Linter,
    settings::{CheckSettings, SettingsError, parse_settings},
    shape::SCHEMA,
    suppress::{Exception, suppress},
};
