//! Typed access to the settings that the manifest declares, for the code that `#[stratos::plugin]` generates.

#![expect(missing_docs, reason = "most items are called by generated code only")]

mod read;
mod spec;
mod value;
mod watch;

pub use self::read::{Snapshot, StoredSettings, setting, setting_or, snapshot};
pub use self::spec::SettingSpec;
pub use self::value::{Choice, SettingValue, accepts, json, serialize_choice};
pub use self::watch::SettingsWatch;
pub use serde::ser::{Serialize, SerializeMap, Serializer};
