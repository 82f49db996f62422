//! Fields of a setting in `availableSettings`.

use std::ops::Range;

use jsonc_parser::ast::{Object, Value};

use crate::{
    model::SettingType,
    schema::ObjectNode,
    syntax::{elements, find, find_text, span, to_f64},
};

/// A number literal of the manifest.
#[derive(Debug, Clone)]
pub(crate) struct Number<'t> {
    pub(crate) span: Range<usize>,
    /// The literal as the file writes it, such as `1e3`.
    pub(crate) text: &'t str,
    pub(crate) value: f64,
}

/// The type of a setting; `None` if it is missing or unknown.
pub(crate) fn setting_type(setting: &ObjectNode<'_>) -> Option<SettingType> {
    SettingType::from_name(find_text(setting.object, "type")?)
}

/// The types of settings whose values are numbers.
pub(crate) const NUMERIC: &[SettingType] = &[SettingType::Number, SettingType::Range];

/// The types of settings with options.
pub(crate) const CHOICE: &[SettingType] = &[SettingType::List, SettingType::Radio];

/// The number `object.key`; `None` if it is missing, no number, or too large for a JavaScript number.
pub(crate) fn number_field<'t>(object: &'t Object<'t>, key: &str) -> Option<Number<'t>> {
    let number = find(object, key)?.value.as_number_lit()?;
    Some(Number {
        span: span(number),
        text: number.value,
        value: to_f64(number.value)?,
    })
}

/// The `default` of a setting; `None` if it is missing or `null`.
pub(crate) fn default_value<'t>(setting: &ObjectNode<'t>) -> Option<&'t Value<'t>> {
    let value = &find(setting.object, "default")?.value;
    value.as_null_keyword().is_none().then_some(value)
}

/// The `value` of each option of a setting; options without one are skipped.
pub(crate) fn option_values<'t>(setting: &ObjectNode<'t>) -> impl Iterator<Item = &'t Value<'t>> {
    elements(setting.object, "options")
        .filter_map(|option| Some(&find(option.as_object()?, "value")?.value))
}
