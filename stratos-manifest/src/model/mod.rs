//! The typed manifest.

mod build;
mod manifest;
mod named;
mod setting;

pub(crate) use self::build::build;
pub use self::{
    build::readable_settings,
    manifest::{Author, Background, Manifest, PluginType},
    setting::{Choice, Setting, SettingScope, SettingType},
};
