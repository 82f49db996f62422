//! What the rules about single settings ask.

use std::ops::Range;

use jsonc_parser::ast::{Object, Value};

use crate::{
    model::SettingType,
    reading::{find, key_text, span, to_f64},
    shape::Place,
};

/// A number of the manifest.
#[derive(Debug, Clone)]
pub(super) struct Number<'t> {
    pub(super) span: Range<usize>,
    /// As the file writes it.
    pub(super) text: &'t str,
    pub(super) value: f64,
}

/// The setting's type, if it is a known one.
pub(super) fn kind_of(setting: &Place<'_>) -> Option<SettingType> {
    SettingType::from_name(key_text(setting.object, "type")?)
}

/// Whether values of the type are numbers.
pub(super) const fn is_numeric(kind: SettingType) -> bool {
    matches!(kind, SettingType::Number | SettingType::Range)
}

/// The number `object.key`, unless it is something else or one that JavaScript does not have.
pub(super) fn number_of<'t>(object: &'t Object<'t>, key: &str) -> Option<Number<'t>> {
    let number = find(object, key)?.value.as_number_lit()?;
    Some(Number {
        span: span(number),
        text: number.value,
        value: to_f64(number.value)?,
    })
}

/// The default, where there is one; `null` is another way to say that there is none.
pub(super) fn default_of<'t>(setting: &Place<'t>) -> Option<&'t Value<'t>> {
    let value = &find(setting.object, "default")?.value;
    value.as_null_keyword().is_none().then_some(value)
}

/// The values of the options that have one.
pub(super) fn option_values<'t>(setting: &Place<'t>) -> impl Iterator<Item = &'t Value<'t>> {
    find(setting.object, "options")
        .and_then(|options| options.value.as_array())
        .into_iter()
        .flat_map(|options| &options.elements)
        .filter_map(|option| Some(&find(option.as_object()?, "value")?.value))
}
