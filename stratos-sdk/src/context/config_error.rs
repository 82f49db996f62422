//! Errors of `ctx.config`.

use std::any::type_name;

use serde_json::Value;
use stratos_protocol::excerpt::excerpt;
use stratos_transport::CallError;
use thiserror::Error;

use crate::settings::SettingSpec;

/// Length to which keys and values are shortened in error messages, in characters.
const SHOWN_CHARS: usize = 60;

/// Error of a [`Config`](crate::context::Config) operation.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The stored value is of another type than its setting, or none of its options, for example because the manifest has
    /// changed since. Limits and patterns are not checked.
    #[error(
        "the setting `{key}` takes {accepted}, but {found} is stored; `cargo stratos config set {plugin} {key} VALUE` \
         changes it, `cargo stratos config delete {plugin} {key}` removes it"
    )]
    WrongSetting {
        /// Id of the plugin.
        plugin: String,
        /// Key of the setting.
        key: String,
        /// The values that the setting takes, in the manifest's words.
        accepted: &'static str,
        /// Stored value as JSON, shortened to 60 characters.
        found: String,
    },
    /// The stored value is one that its setting takes, but does not deserialize into the requested type.
    #[error(
        "the setting `{key}` takes {accepted}, but is read as `{wanted}`, which the stored {found} does not fit"
    )]
    UnfitType {
        /// Key of the setting.
        key: String,
        /// The values that the setting takes, in the manifest's words.
        accepted: &'static str,
        /// Stored value as JSON, shortened to 60 characters.
        found: String,
        /// Name of the requested Rust type, without the paths of its modules.
        wanted: String,
        /// Error of the deserializer.
        #[source]
        source: serde_json::Error,
    },
    /// The stored value of a key that is no setting does not deserialize into the requested type.
    #[error(
        "config value `{key}` is {found}, which does not fit `{wanted}`; `cargo stratos config delete {plugin} {key}` \
         removes it"
    )]
    WrongType {
        /// Id of the plugin.
        plugin: String,
        /// Key of the value.
        key: String,
        /// JSON type of the stored value, such as `a number`.
        found: &'static str,
        /// Name of the requested Rust type, without the paths of its modules.
        wanted: String,
        /// Error of the deserializer.
        #[source]
        source: serde_json::Error,
    },
    /// The value cannot be serialized to JSON.
    #[error("cannot store `{key}`: the value cannot be serialized to JSON")]
    Encode {
        /// Key of the value.
        key: String,
        /// Error of the serializer.
        #[source]
        source: serde_json::Error,
    },
    /// The key or the value exceeds the shell's limit.
    #[error("cannot store `{key}`: its {part} is {length} bytes long, at most {limit} are allowed")]
    TooLarge {
        /// Key, shortened to 60 characters.
        key: String,
        /// Part that is too large: `key` or `value`.
        part: &'static str,
        /// Length in bytes.
        length: usize,
        /// Maximum length in bytes.
        limit: usize,
    },
    /// The shell's store failed, or the shell did not answer within 30 seconds.
    #[error("the config store failed for `{key}`")]
    Shell {
        /// Key of the value; `*` for [`Config::get_all`](crate::context::Config::get_all).
        key: String,
        /// Error of the call to the shell.
        #[source]
        source: CallError,
    },
}

impl ConfigError {
    pub(crate) fn wrong_setting(plugin: &str, setting: &SettingSpec, stored: &Value) -> Self {
        Self::WrongSetting {
            plugin: plugin.to_owned(),
            key: setting.key.to_owned(),
            accepted: setting.accepted,
            found: shorten(&stored.to_string()),
        }
    }

    pub(crate) fn unfit_type<T>(
        setting: &SettingSpec,
        stored: &Value,
        source: serde_json::Error,
    ) -> Self {
        Self::UnfitType {
            key: setting.key.to_owned(),
            accepted: setting.accepted,
            found: shorten(&stored.to_string()),
            wanted: without_paths(type_name::<T>()),
            source,
        }
    }

    pub(crate) fn wrong_type<T>(
        plugin: &str,
        key: &str,
        stored: &Value,
        source: serde_json::Error,
    ) -> Self {
        Self::WrongType {
            plugin: plugin.to_owned(),
            key: key.to_owned(),
            found: json_type(stored),
            wanted: without_paths(type_name::<T>()),
            source,
        }
    }
}

/// Shortens a key or value for an error message.
pub(crate) fn shorten(text: &str) -> String {
    excerpt(text, SHOWN_CHARS).into_owned()
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Removes the paths of modules from the name of a type: `Vec<String>` instead of `alloc::vec::Vec<..>`.
fn without_paths(name: &str) -> String {
    let is_part_of_path = |char: char| char.is_alphanumeric() || matches!(char, '_' | ':');
    let words = name.split_inclusive(|char| !is_part_of_path(char));
    words
        .map(|word| word.rsplit_once("::").map_or(word, |(_, last)| last))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn types_are_named_without_their_modules() {
        for (name, expected) in [
            (type_name::<u64>(), "u64"),
            (type_name::<String>(), "String"),
            (
                type_name::<BTreeMap<String, Vec<Option<Value>>>>(),
                "BTreeMap<String, Vec<Option<Value>>>",
            ),
            (type_name::<(String, [Value; 2])>(), "(String, [Value; 2])"),
        ] {
            assert_eq!(without_paths(name), expected);
        }
    }
}
