//! Queries of rules about the manifest that they check.

#[cfg(feature = "full")]
mod file_reference;
mod key_suggestion;
mod project_version;
#[cfg(feature = "full")]
mod release_tag;
mod release_version;
mod rule_context;
mod setting;

pub use self::rule_context::UnusedSuppression;
#[cfg(feature = "full")]
pub(crate) use self::{
    file_reference::{
        FileReference, entry_module, file_references, icons_with_content, suggested_icon,
        suggested_module, svg_icons,
    },
    release_tag::tagged_version,
    release_version::is_release_placeholder,
};
pub(crate) use self::{
    key_suggestion::{Reason, UnknownKey, unknown_keys},
    project_version::project_version,
    release_version::release_version,
    rule_context::{RuleContext, text_field},
    setting::{CHOICE, NUMERIC, default_value, number_field, option_values, setting_type},
};
