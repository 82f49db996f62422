//! Human-readable settings and config values.

use serde_json::Value;
use stratos_host::config::Setting;
use stratos_manifest::SettingScope;

use crate::config_entry::ConfigEntry;
use crate::output::{BOLD, DIM, RED, escape, escape_line};

/// Longest key and value that the columns are aligned to, in characters.
const MAX_WIDTH: usize = 32;

/// The entries of a plugin in aligned columns: key, value, details.
pub(crate) fn config_rows(plugin: &str, entries: &[ConfigEntry]) -> Vec<String> {
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
        let details = details(plugin, entry);
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
    parts.push(scope(setting).to_owned());
    escape_line(&parts.join("; ")).to_string()
}

/// The command that removes a value that does not fit its setting.
pub(crate) fn config_removal(plugin: &str, key: &str) -> String {
    let (plugin, key) = (escape(plugin), escape(key));
    format!("`cargo stratos config delete {plugin} {key}` removes it")
}

fn details(plugin: &str, entry: &ConfigEntry) -> String {
    match (&entry.setting, &entry.problem) {
        (Some(setting), Some(problem)) => {
            let problem = escape_line(problem);
            let removal = config_removal(plugin, &entry.key);
            let parts = stated_default(setting).into_iter();
            let parts: Vec<_> = parts.chain([scope(setting).to_owned(), removal]).collect();
            let rest = escape_line(&parts.join("; "));
            format!("{RED}{problem}{RED:#}{DIM}; {rest}{DIM:#}")
        }
        (Some(setting), None) => {
            let details = setting_details(setting, entry.is_set);
            format!("{DIM}{details}{DIM:#}")
        }
        (None, _) => format!("{DIM}not in the manifest{DIM:#}"),
    }
}

const fn scope(setting: &Setting) -> &'static str {
    match setting.scope {
        SettingScope::User => "scope user",
        SettingScope::Airline => "scope airline: read-only for pilots",
    }
}

fn stated_default(setting: &Setting) -> Option<String> {
    let default = setting.default.as_ref()?;
    Some(format!("default {default}"))
}
