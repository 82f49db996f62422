//! The files of the JSONTestSuite that the standard leaves to the reader, and why we judge them as we do.
//!
//! The shell reads a manifest with `JSON.parse` of a text that was decoded from UTF-8. What either of the two would
//! change without a word is refused here; where both keep everything, the file is accepted.

/// What we say about a file.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is JSON, and the rules look at what it says.
    Accepted,
    /// This rule refuses it.
    Refused(&'static str),
}

use Verdict::{Accepted, Refused};

const INFINITE: &str =
    "it is JSON, and only a field for a number minds that it is read as infinity";
const ROUNDED: &str = "it is JSON, and JavaScript reads the nearest number that it has";
const LONE: &str = "half of a pair is no character: it cannot be stored or sent as UTF-8";
const BYTES: &str =
    "the bytes are not UTF-8, and a decoder would put replacement characters in their place";

/// Each file's name behind `i_`, the verdict, and the reason.
pub(crate) const FREE: &[(&str, Verdict, &str)] = &[
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
    ("object_key_lone_2nd_surrogate", Refused("not-json"), LONE),
    (
        "string_1st_surrogate_but_2nd_missing",
        Refused("not-json"),
        LONE,
    ),
    (
        "string_1st_valid_surrogate_2nd_invalid",
        Refused("not-json"),
        LONE,
    ),
    (
        "string_incomplete_surrogate_and_escape_valid",
        Refused("not-json"),
        LONE,
    ),
    (
        "string_incomplete_surrogate_pair",
        Refused("not-json"),
        LONE,
    ),
    (
        "string_incomplete_surrogates_escape_valid",
        Refused("not-json"),
        LONE,
    ),
    ("string_invalid_lonely_surrogate", Refused("not-json"), LONE),
    ("string_invalid_surrogate", Refused("not-json"), LONE),
    (
        "string_inverted_surrogates_U+1D11E",
        Refused("not-json"),
        LONE,
    ),
    ("string_lone_second_surrogate", Refused("not-json"), LONE),
    ("string_UTF-8_invalid_sequence", Refused("not-utf8"), BYTES),
    ("string_UTF8_surrogate_U+D800", Refused("not-utf8"), BYTES),
    ("string_invalid_utf-8", Refused("not-utf8"), BYTES),
    ("string_iso_latin_1", Refused("not-utf8"), BYTES),
    (
        "string_lone_utf8_continuation_byte",
        Refused("not-utf8"),
        BYTES,
    ),
    ("string_not_in_unicode_range", Refused("not-utf8"), BYTES),
    (
        "string_overlong_sequence_2_bytes",
        Refused("not-utf8"),
        BYTES,
    ),
    (
        "string_overlong_sequence_6_bytes",
        Refused("not-utf8"),
        BYTES,
    ),
    (
        "string_overlong_sequence_6_bytes_null",
        Refused("not-utf8"),
        BYTES,
    ),
    ("string_truncated-utf-8", Refused("not-utf8"), BYTES),
    (
        "string_UTF-16LE_with_BOM",
        Refused("utf16-text"),
        "it is text, but not in UTF-8, and has a message of its own",
    ),
    (
        "string_utf16BE_no_BOM",
        Refused("utf16-text"),
        "it is text, but not in UTF-8, and has a message of its own",
    ),
    (
        "string_utf16LE_no_BOM",
        Refused("utf16-text"),
        "it is text, but not in UTF-8, and has a message of its own",
    ),
    (
        "structure_500_nested_arrays",
        Refused("nested-too-deep"),
        "a manifest needs four levels, and tools need a limit",
    ),
    (
        "structure_UTF-8_BOM_empty_object",
        Refused("byte-order-mark"),
        "`JSON.parse` throws an error at the mark, and Node does not take it away",
    ),
];
