//! All output of this program: results on stdout, messages about them on stderr.
//!
//! Text from manifests, plugins and other programs is escaped before it is printed.

mod bundle_problem;
mod config_list;
mod escape;
mod event_format;
mod flight_status;
mod json;
mod logging;
mod pack_report;
mod plugin_list;
mod printer;
mod progress;
pub(crate) mod report;
pub(crate) mod rule_docs;
mod scenario_format;
mod service_events;
mod shorten;
mod stdio;
mod style;
mod upload_progress;

pub(crate) use self::config_list::{config_removal, config_rows, setting_details};
pub(crate) use self::escape::{escape, escape_line};
pub(crate) use self::event_format::EventFormat;
pub(crate) use self::flight_status::flight_status;
pub(crate) use self::json::{to_json, to_pretty_json};
pub(crate) use self::logging::{LOG_VARIABLE, start_logging};
pub(crate) use self::pack_report::{PackReport, PackedFile};
pub(crate) use self::plugin_list::{plugin_list, plugin_rows};
pub(crate) use self::printer::Printer;
pub(crate) use self::progress::{Progress, format_size};
pub(crate) use self::scenario_format::format_progress;
pub(crate) use self::service_events::modal_row;
pub(crate) use self::stdio::Output;
pub(crate) use self::style::{BOLD, CYAN, DIM, GREEN, RED, YELLOW};
pub(crate) use self::upload_progress::UploadProgress;
