//! The typed manifest.

mod from_syntax;
mod manifest;
mod setting;
mod setting_value;
mod string_enum;

pub use self::{
    from_syntax::SettingDeclaration,
    manifest::{Author, Background, Manifest, PluginType},
    setting::{Choice, Setting, SettingScope, SettingType},
};
pub(crate) use self::{from_syntax::build_manifest, setting_value::is_integer};
