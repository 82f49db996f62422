//! Fields of the platform whose form is not stated.

use serde::{Deserialize, Deserializer};

/// Reads `null` as the default, for `#[serde(deserialize_with = "..")]`: one odd field must not make a message unreadable.
pub(crate) fn null_as_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
