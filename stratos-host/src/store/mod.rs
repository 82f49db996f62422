//! The plugins' config values on disk: one file of redb, which one process owns.
//!
//! What a writing method has acknowledged survives a crash of the process and a power cut.

mod change;
mod config_store;
mod database;
mod error;
mod export;
mod format;
mod group_commit;
mod lock_file;
mod notice;
mod recovery;

pub use self::config_store::ConfigStore;
pub use self::error::StoreError;
pub use self::export::ConfigExport;
pub use self::notice::{Backup, Notice};
