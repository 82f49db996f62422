//! The plugins' config values on disk: one file of redb, which one process owns.
//!
//! What a writing method has acknowledged survives a crash of the process and a power cut.

mod change;
mod commits;
mod disk;
mod error;
mod everything;
mod format;
mod notice;
mod place;
mod recovery;
mod values;

pub use self::error::StoreError;
pub use self::everything::Everything;
pub use self::notice::{Backup, Notice};
pub use self::values::Store;
