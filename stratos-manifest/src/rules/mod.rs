//! The rules: a file each, and its line here.
//!
//! Without the feature `full` there are those rules only whose findings make a manifest unusable, as far as the file
//! alone tells: what a compiler needs, and what every author of a plugin compiles.

mod context;
#[cfg(feature = "full")]
mod named_files;
#[cfg(feature = "full")]
mod svg_words;
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
    #[cfg(feature = "full")] active_svg,
    byte_order_mark,
    choice_without_options,
    comment_in_json,
    #[cfg(feature = "full")] doctype_in_svg,
    duplicate_key,
    duplicate_setting_key,
    empty_text,
    #[cfg(feature = "full")] exploding_svg,
    #[cfg(feature = "full")] external_reference_in_svg,
    file_too_large,
    #[cfg(feature = "full")] folder_as_file,
    #[cfg(feature = "full")] icon_content_mismatch,
    #[cfg(feature = "full")] icon_not_square,
    #[cfg(feature = "full")] leftover_entry_module,
    malformed_author_id,
    #[cfg(feature = "full")] malformed_contact,
    malformed_id,
    malformed_version,
    #[cfg(feature = "full")] missing_entry_module,
    missing_field,
    #[cfg(feature = "full")] missing_icon_file,
    nested_too_deep,
    not_an_object,
    not_json,
    not_utf8,
    #[cfg(feature = "full")] oversized_icon,
    #[cfg(feature = "full")] path_leaves_plugin,
    range_without_limits,
    #[cfg(feature = "full")] same_icon_for_both_themes,
    #[cfg(feature = "full")] source_entry_module,
    #[cfg(feature = "full")] svg_without_namespace,
    trailing_comma,
    #[cfg(feature = "full")] unconventional_entry_module,
    #[cfg(feature = "full")] undeclared_background,
    #[cfg(feature = "full")] unknown_key,
    unknown_plugin_type,
    unknown_setting_scope,
    unknown_setting_type,
    #[cfg(feature = "full")] unportable_path,
    #[cfg(feature = "full")] unreadable_icon,
    unsafe_path,
    unsupported_icon_format,
    utf16_text,
    #[cfg(feature = "full")] wrong_case_path,
    wrong_type,
}
