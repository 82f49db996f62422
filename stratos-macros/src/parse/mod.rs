//! The first phase: reads the arguments, the item and `plugin.json`.

pub(crate) mod arguments;
pub(crate) mod attribute;
pub(crate) mod event_name;
pub(crate) mod item;
pub(crate) mod plugin_json;
