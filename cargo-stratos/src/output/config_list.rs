//! Human-readable settings and config values.

use stratos_host::config::Setting;
use stratos_manifest::SettingScope;

use crate::output::{BOLD, DIM, RED, escape, escape_line};

/// Longest key and value that the columns are aligned to, in characters.
const MAX_WIDTH: usize = 32;

/// A setting or a config value, as a row of a list.
#[derive(Debug)]
pub(crate) struct ConfigRow<'a> {
    pub(crate) key: &'a str,
    /// Stored value as JSON, otherwise the default.
    pub(crate) value: Option<String>,
    pub(crate) is_set: bool,
    /// Setting in the manifest; `None` for a key of the plugin's own.
    pub(crate) setting: Option<&'a Setting>,
    /// Reason why the settings page would not store the value.
    pub(crate) problem: Option<&'a str>,
}

/// The rows in aligned columns: key, value, details.
pub(crate) fn config_rows(rows: &[ConfigRow<'_>]) -> Vec<String> {
    let cells = rows.iter().map(|row| {
        let value = row.value.as_deref().unwrap_or("-");
        (escape_line(row.key).to_string(), escape(value).to_string())
    });
    let cells: Vec<_> = cells.collect();
    let width = |cell: fn(&(String, String)) -> &String| {
        let widths = cells.iter().map(|cells| cell(cells).chars().count());
        widths
            .filter(|&width| width <= MAX_WIDTH)
            .max()
            .unwrap_or_default()
    };
    let (key_width, value_width) = (width(|cells| &cells.0), width(|cells| &cells.1));
    let rows = rows.iter().zip(&cells).map(|(row, (key, value))| {
        let details = details(row);
        // Padded by hand, since the styles count as characters.
        let gap = " ".repeat(key_width.saturating_sub(key.chars().count()));
        format!("{BOLD}{key}{BOLD:#}{gap}  {value:value_width$}  {details}")
    });
    rows.collect()
}

/// The description of a setting: whether it is set, the values that it takes, its default and its scope.
pub(crate) fn setting_details(setting: &Setting, is_set: bool) -> String {
    let mut parts = Vec::new();
    match (&setting.default, is_set) {
        (Some(_), false) => parts.push("default, not set".to_owned()),
        (None, false) => parts.push("not set".to_owned()),
        (_, true) => parts.push("set".to_owned()),
    }
    parts.push(format!("takes {}", setting.accepted_values()));
    if let Some(default) = setting.default.as_ref().filter(|_| is_set) {
        parts.push(format!("default {default}"));
    }
    parts.push(match setting.scope {
        SettingScope::User => "scope user".to_owned(),
        SettingScope::Airline => "scope airline: read-only for pilots".to_owned(),
    });
    escape_line(&parts.join("; ")).to_string()
}

fn details(row: &ConfigRow<'_>) -> String {
    match (row.setting, row.problem) {
        (_, Some(problem)) => format!("{RED}{}{RED:#}", escape_line(problem)),
        (Some(setting), None) => {
            let details = setting_details(setting, row.is_set);
            format!("{DIM}{details}{DIM:#}")
        }
        (None, None) => format!("{DIM}not in the manifest{DIM:#}"),
    }
}
