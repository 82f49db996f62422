//! Human-readable settings and config values.

use serde_json::Value;
use stratos_host::config::Setting;
use stratos_manifest::SettingScope;

use crate::config_entry::ConfigEntry;
use crate::output::{BOLD, DIM, RED, escape, escape_line};

/// Longest key and value that the columns are aligned to, in characters.
const MAX_WIDTH: usize = 32;

/// The entries in aligned columns: key, value, details.
pub(crate) fn config_rows(entries: &[ConfigEntry]) -> Vec<String> {
    let cells = entries.iter().map(|entry| {
        let value = entry.current().map_or("-".to_owned(), Value::to_string);
        let key = escape_line(&entry.key).to_string();
        (key, escape(&value).to_string())
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
    let rows = entries.iter().zip(&cells).map(|(entry, (key, value))| {
        let details = details(entry);
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
    parts.extend(stated_default(setting).filter(|_| is_set));
    parts.push(match setting.scope {
        SettingScope::User => "scope user".to_owned(),
        SettingScope::Airline => "scope airline: read-only for pilots".to_owned(),
    });
    escape_line(&parts.join("; ")).to_string()
}

fn details(entry: &ConfigEntry) -> String {
    match (&entry.setting, &entry.problem) {
        (Some(setting), Some(problem)) => {
            let default =
                stated_default(setting).map_or_else(String::new, |text| format!("; {text}"));
            let (problem, default) = (escape_line(problem), escape_line(&default));
            format!("{RED}{problem}{RED:#}{DIM}{default}{DIM:#}")
        }
        (Some(setting), None) => {
            let details = setting_details(setting, entry.is_set);
            format!("{DIM}{details}{DIM:#}")
        }
        (None, _) => format!("{DIM}not in the manifest{DIM:#}"),
    }
}

fn stated_default(setting: &Setting) -> Option<String> {
    let default = setting.default.as_ref()?;
    Some(format!("default {default}"))
}
