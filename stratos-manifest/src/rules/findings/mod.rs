//! Messages, notes and helps that several rules share.

mod converted_value;
mod enum_value;
mod field_example;
#[cfg(feature = "full")]
mod svg_content;
mod syntax_error;
mod version_advice;

#[cfg(feature = "full")]
pub(super) use self::svg_content::svg_content_findings;
pub(super) use self::{
    converted_value::{converted_element, converted_value, join_lines},
    enum_value::{Synonyms, unknown_enum_values},
    field_example::{element_example, extra_help, field_example, object_named},
    syntax_error::{SyntaxMessage, UNTERMINATED_STRING, parse_error_message},
    version_advice::{VersionAdvice, version_advice},
};
