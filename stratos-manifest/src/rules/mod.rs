//! The rules: a file each, and its two lines here.

mod context;
mod words;

mod byte_order_mark;
mod choice_without_options;
mod comment_in_json;
mod duplicate_key;
mod duplicate_setting_key;
mod empty_text;
mod file_too_large;
mod malformed_author_id;
mod malformed_contact;
mod malformed_id;
mod malformed_version;
mod missing_field;
mod missing_icon_file;
mod nested_too_deep;
mod not_an_object;
mod not_json;
mod not_utf8;
mod range_without_limits;
mod trailing_comma;
mod unknown_key;
mod unknown_plugin_type;
mod unknown_setting_scope;
mod unknown_setting_type;
mod unsafe_path;
mod unsupported_icon_format;
mod utf16_text;
mod wrong_type;

use crate::rule::Rule;

pub(crate) use self::context::RuleContext;

/// All rules, sorted by their ids.
pub static RULES: &[Rule] = &[
    byte_order_mark::RULE,
    choice_without_options::RULE,
    comment_in_json::RULE,
    duplicate_key::RULE,
    duplicate_setting_key::RULE,
    empty_text::RULE,
    file_too_large::RULE,
    malformed_author_id::RULE,
    malformed_contact::RULE,
    malformed_id::RULE,
    malformed_version::RULE,
    missing_field::RULE,
    missing_icon_file::RULE,
    nested_too_deep::RULE,
    not_an_object::RULE,
    not_json::RULE,
    not_utf8::RULE,
    range_without_limits::RULE,
    trailing_comma::RULE,
    unknown_key::RULE,
    unknown_plugin_type::RULE,
    unknown_setting_scope::RULE,
    unknown_setting_type::RULE,
    unsafe_path::RULE,
    unsupported_icon_format::RULE,
    utf16_text::RULE,
    wrong_type::RULE,
];
