//! The typed manifest.

mod accepted_values;
mod from_syntax;
mod integer_setting;
mod manifest;
mod setting;
mod string_enum;

pub use self::{
    from_syntax::SettingDeclaration,
    manifest::{Author, Background, Manifest, PluginType},
    setting::{Choice, Setting, SettingScope, SettingType},
};
pub(crate) use self::{from_syntax::build_manifest, integer_setting::is_integer};
