//! The rules: a file each, and its line here.
//!
//! Without the feature `full` there are those rules only whose findings make a manifest unusable, as far as the file
//! alone tells: what a compiler needs, and what every author of a plugin compiles.

mod context;
mod words;

use crate::rule::Rule;

pub(crate) use self::context::RuleContext;

/// A module and an entry of [`RULES`] for each name.
macro_rules! registry {
    ($($(#[$condition:meta])? $rule:ident,)+) => {
        $($(#[$condition])? mod $rule;)+

        /// All rules, sorted by their ids.
        pub static RULES: &[Rule] = &[$($(#[$condition])? $rule::RULE),+];
    };
}

registry! {
    byte_order_mark,
    choice_without_options,
    comment_in_json,
    duplicate_key,
    duplicate_setting_key,
    empty_text,
    file_too_large,
    malformed_author_id,
    #[cfg(feature = "full")] malformed_contact,
    malformed_id,
    malformed_version,
    missing_field,
    #[cfg(feature = "full")] missing_icon_file,
    nested_too_deep,
    not_an_object,
    not_json,
    not_utf8,
    range_without_limits,
    trailing_comma,
    #[cfg(feature = "full")] unknown_key,
    unknown_plugin_type,
    unknown_setting_scope,
    unknown_setting_type,
    unsafe_path,
    unsupported_icon_format,
    #[cfg(feature = "full")] unused_suppression,
    utf16_text,
    wrong_type,
}
