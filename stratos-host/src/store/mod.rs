//! The store for the plugins' config values: one redb file, which one process owns.
//!
//! A write that has returned survives a crash of the process and a power cut.

mod catch_panic;
mod change;
mod config_store;
mod database;
mod error;
mod export;
mod faults;
mod format;
mod group_commit;
mod lock_file;
mod notice;
mod recovery;
mod store_file;

pub use self::config_store::ConfigStore;
pub use self::error::StoreError;
pub use self::export::ConfigExport;
pub use self::notice::{Backup, Notice};

pub(crate) use self::faults::InjectedFaults;
pub(crate) use self::recovery::backup_path;
