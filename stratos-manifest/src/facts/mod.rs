//! Facts about the files around a manifest, collected before the rules run.
//!
//! Only this folder of the crate reads the disk.

#[cfg(feature = "full")]
mod cargo_toml;
#[cfg(feature = "full")]
mod collect;
#[cfg(feature = "full")]
mod entry_module;
#[cfg(feature = "full")]
mod facts_cache;
#[cfg(feature = "full")]
mod nearby_files;
#[cfg(feature = "full")]
mod package_json;
#[cfg(feature = "full")]
mod plugin_folder;
mod project_facts;

#[cfg(feature = "full")]
pub use self::facts_cache::FactsCache;
pub(crate) use self::project_facts::ICON_KEYS;
pub use self::project_facts::{
    CrateFacts, FileStatus, FileVersion, IconFacts, Program, ProjectFacts, SdkSource, SimilarPlugin,
};
