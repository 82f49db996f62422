//! The cases of the JSONTestSuite for which the standard leaves the result open, with the expected results.
//!
//! The shell decodes a manifest from UTF-8 and calls `JSON.parse`. A file is rejected if one of the two would silently
//! change its content, and otherwise accepted.

/// The expected result of a case.
#[derive(Debug)]
pub(crate) enum Expected {
    /// The file is JSON, and is checked by the rules about manifests.
    Accepted,
    /// This rule rejects the file.
    Rejected(&'static str),
}

use Expected::{Accepted, Rejected};

const INFINITE: &str = "it is JSON, and infinity matters to fields of the type number only";
const ROUNDED: &str = "it is JSON, and JavaScript rounds to the nearest 64-bit float";
const LONE: &str = "a lone surrogate cannot be encoded as UTF-8";
const BYTES: &str = "the bytes are not UTF-8, and a decoder would replace them";

/// The name of each case without `i_`, the expected result, and its reason.
pub(crate) const UNDEFINED_CASES: &[(&str, Expected, &str)] = &[
    ("number_double_huge_neg_exp", Accepted, ROUNDED),
    ("number_huge_exp", Accepted, INFINITE),
    ("number_neg_int_huge_exp", Accepted, INFINITE),
    ("number_pos_double_huge_exp", Accepted, INFINITE),
    ("number_real_neg_overflow", Accepted, INFINITE),
    ("number_real_pos_overflow", Accepted, INFINITE),
    ("number_real_underflow", Accepted, ROUNDED),
    ("number_too_big_neg_int", Accepted, ROUNDED),
    ("number_too_big_pos_int", Accepted, ROUNDED),
    ("number_very_big_negative_int", Accepted, ROUNDED),
    ("object_key_lone_2nd_surrogate", Rejected("not-json"), LONE),
    (
        "string_1st_surrogate_but_2nd_missing",
        Rejected("not-json"),
        LONE,
    ),
    (
        "string_1st_valid_surrogate_2nd_invalid",
        Rejected("not-json"),
        LONE,
    ),
    (
        "string_incomplete_surrogate_and_escape_valid",
        Rejected("not-json"),
        LONE,
    ),
    (
        "string_incomplete_surrogate_pair",
        Rejected("not-json"),
        LONE,
    ),
    (
        "string_incomplete_surrogates_escape_valid",
        Rejected("not-json"),
        LONE,
    ),
    (
        "string_invalid_lonely_surrogate",
        Rejected("not-json"),
        LONE,
    ),
    ("string_invalid_surrogate", Rejected("not-json"), LONE),
    (
        "string_inverted_surrogates_U+1D11E",
        Rejected("not-json"),
        LONE,
    ),
    ("string_lone_second_surrogate", Rejected("not-json"), LONE),
    ("string_UTF-8_invalid_sequence", Rejected("not-utf8"), BYTES),
    ("string_UTF8_surrogate_U+D800", Rejected("not-utf8"), BYTES),
    ("string_invalid_utf-8", Rejected("not-utf8"), BYTES),
    ("string_iso_latin_1", Rejected("not-utf8"), BYTES),
    (
        "string_lone_utf8_continuation_byte",
        Rejected("not-utf8"),
        BYTES,
    ),
    ("string_not_in_unicode_range", Rejected("not-utf8"), BYTES),
    (
        "string_overlong_sequence_2_bytes",
        Rejected("not-utf8"),
        BYTES,
    ),
    (
        "string_overlong_sequence_6_bytes",
        Rejected("not-utf8"),
        BYTES,
    ),
    (
        "string_overlong_sequence_6_bytes_null",
        Rejected("not-utf8"),
        BYTES,
    ),
    ("string_truncated-utf-8", Rejected("not-utf8"), BYTES),
    (
        "string_UTF-16LE_with_BOM",
        Rejected("utf16-text"),
        "UTF-16 has a rule of its own",
    ),
    (
        "string_utf16BE_no_BOM",
        Rejected("utf16-text"),
        "UTF-16 has a rule of its own",
    ),
    (
        "string_utf16LE_no_BOM",
        Rejected("utf16-text"),
        "UTF-16 has a rule of its own",
    ),
    (
        "structure_500_nested_arrays",
        Rejected("nested-too-deep"),
        "the nesting exceeds the limit of this crate",
    ),
    (
        "structure_UTF-8_BOM_empty_object",
        Rejected("byte-order-mark"),
        "`JSON.parse` rejects the byte order mark, and Node does not strip it",
    ),
];
