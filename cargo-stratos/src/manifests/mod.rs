//! Discovery of the manifests that a command line names, and size-limited reading.

mod enclosing_plugin;
mod foreign;
mod read;
mod search;
mod target;
mod walk;

pub(crate) use self::enclosing_plugin::enclosing_plugin;
pub(crate) use self::foreign::is_foreign;
pub(crate) use self::read::{read_file, read_limited, read_manifest, read_text};
pub(crate) use self::search::{SearchResults, search};
pub(crate) use self::target::{Source, Target, absolute_without_links};
pub(crate) use self::walk::{all_manifests, is_plugin};
