//! The data folder of the real shell, as far as it holds plugins (V2, V3): `plugins/<id>` for each.
//!
//! Nothing but `plugins/<id>` and a folder of our own beside `plugins` is written.

mod folder;
mod installed;
mod link;
mod marker;
mod owner;
mod plugin_files;
mod staging;

pub(crate) use self::folder::AppData;
pub(crate) use self::installed::{InstalledBy, InstalledPlugin, list_installed};
pub(crate) use self::link::create_link;
pub(crate) use self::marker::Marker;
pub(crate) use self::owner::Owner;
pub(crate) use self::plugin_files::PluginFiles;
