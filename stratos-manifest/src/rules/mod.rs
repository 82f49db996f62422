//! The lint rules. Each rule is a file named after the rule's id, and an entry of the registry below; `findings` holds
//! what several rules share.
//!
//! Without the feature `full`, only rules whose findings make a manifest unusable are compiled, as far as the manifest
//! alone tells: a plugin's build runs them in a macro, and every plugin compiles them.

mod findings;
mod prelude;

use crate::rule::Rule;

/// Declares a module and an entry of [`RULES`] for each rule file.
macro_rules! registry {
    ($($(#[$condition:meta])? $rule:ident,)+) => {
        $($(#[$condition])? mod $rule;)+

        /// All rules, sorted by their ids.
        pub static RULES: &[Rule] = &[$($(#[$condition])? $rule::RULE),+];
    };
}

registry! {
    #[cfg(feature = "full")] active_svg,
    #[cfg(feature = "full")] ambiguous_program,
    byte_order_mark,
    choice_without_options,
    #[cfg(feature = "full")] colliding_plugin_id,
    comment_in_json,
    #[cfg(feature = "full")] crate_without_program,
    #[cfg(feature = "full")] default_not_an_option,
    #[cfg(feature = "full")] default_of_wrong_type,
    #[cfg(feature = "full")] default_off_step,
    #[cfg(feature = "full")] default_out_of_range,
    #[cfg(feature = "full")] default_refused_by_pattern,
    #[cfg(feature = "full")] delimited_pattern,
    #[cfg(feature = "full")] doctype_in_svg,
    duplicate_key,
    #[cfg(feature = "full")] duplicate_option_value,
    #[cfg(feature = "full")] duplicate_plugin_id,
    duplicate_setting_key,
    #[cfg(feature = "full")] edge_hyphen,
    empty_text,
    #[cfg(feature = "full")] exploding_svg,
    #[cfg(feature = "full")] external_reference_in_svg,
    file_too_large,
    #[cfg(feature = "full")] folder_as_file,
    #[cfg(feature = "full")] foreign_manifest,
    #[cfg(feature = "full")] icon_content_mismatch,
    #[cfg(feature = "full")] icon_not_square,
    #[cfg(feature = "full")] icon_outside_assets,
    #[cfg(feature = "full")] invalid_pattern,
    inverted_limits,
    #[cfg(feature = "full")] invisible_character,
    #[cfg(feature = "full")] leftover_entry_module,
    #[cfg(feature = "full")] lone_surrogate,
    #[cfg(feature = "full")] long_id,
    #[cfg(feature = "full")] long_text,
    malformed_author_id,
    #[cfg(feature = "full")] malformed_contact,
    #[cfg(feature = "full")] malformed_homepage,
    malformed_id,
    malformed_version,
    #[cfg(feature = "full")] misplaced_limit,
    #[cfg(feature = "full")] missing_entry_module,
    missing_field,
    #[cfg(feature = "full")] missing_icon_file,
    #[cfg(feature = "full")] missing_sdk,
    #[cfg(feature = "full")] mixed_key_styles,
    nested_too_deep,
    not_an_object,
    not_json,
    not_utf8,
    #[cfg(feature = "full")] option_value_not_text,
    #[cfg(feature = "full")] oversized_icon,
    #[cfg(feature = "full")] path_leaves_plugin,
    #[cfg(feature = "full")] placeholder_text,
    range_without_limits,
    #[cfg(feature = "full")] redundant_entry_module,
    #[cfg(feature = "full")] reserved_id,
    #[cfg(feature = "full")] same_icon_for_both_themes,
    #[cfg(feature = "full")] sdk_version_mismatch,
    #[cfg(feature = "full")] source_entry_module,
    #[cfg(feature = "full")] step_not_positive,
    #[cfg(feature = "full")] svg_without_namespace,
    #[cfg(feature = "full")] tag_drift,
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
    #[cfg(feature = "full")] untrimmed_text,
    #[cfg(feature = "full")] unused_suppression,
    utf16_text,
    #[cfg(feature = "full")] version_drift,
    #[cfg(feature = "full")] wrong_case_path,
    wrong_type,
}
