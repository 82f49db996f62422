//! Arguments and actions of `cargo stratos config`.

use std::fs;
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::Value;
use stratos_host::config::{Setting, SettingError, check_value};
use stratos_host::remote::ConfigValues;
use stratos_host::store::ConfigExport;
use stratos_manifest::{SettingScope, SettingType, closest};

use crate::block_on::block_on;
use crate::commands::config::access::{ConfigAccess, no_value};
use crate::commands::json_arg::parse_json;
use crate::commands::shell_args::ShellArgs;
use crate::config_entry::ConfigEntry;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::{
    config_removal, config_rows, escape, escape_line, setting_details, to_pretty_json,
};
use crate::replace_file::replace_file;

/// Read and change the config values of plugins, with or without a running shell
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    shell: ShellArgs,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print a value as JSON, or the default of a setting that is not set
    Get {
        plugin: String,
        key: String,
        /// Print a JSON object with the value and its setting
        #[arg(long)]
        json: bool,
    },
    /// Change a setting, as the pilot does in the settings page
    Set {
        plugin: String,
        key: String,
        /// The value, as JSON; a text of a setting needs no quotes, also one such as 1234 or true, except with --force
        #[arg(allow_hyphen_values = true)]
        value: String,
        /// Store the value without a check against plugin.json, for keys that are the plugin's own
        #[arg(long)]
        force: bool,
    },
    /// Remove a value, so that a setting has its default again
    Delete { plugin: String, key: String },
    /// Print the settings of a plugin, and the values of its own
    List {
        plugin: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print all values as a JSON object, for `import`
    Export {
        /// Id of the plugin [default: all plugins]
        plugin: Option<String>,
        /// File to write instead of standard output
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Replace all values atomically by those of a JSON file
    #[command(allow_missing_positional = true)]
    Import {
        /// Id of the plugin [default: all plugins]
        plugin: Option<String>,
        file: PathBuf,
    },
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args { action, shell } = args;
    let state_dir = shell.config_state_dir(cx)?;
    block_on(async {
        let creates = matches!(action, Action::Import { .. });
        let config = ConfigAccess::open(cx, &state_dir, creates)?;
        perform(cx, action, &config).await
    })
}

async fn perform(cx: &Context, action: Action, config: &ConfigAccess) -> Result<Outcome, Error> {
    match action {
        Action::Get { plugin, key, json } => get(cx, config, plugin, key, json).await?,
        Action::Set {
            plugin,
            key,
            value,
            force,
        } => {
            let value = match force {
                true => {
                    // A plugin without a manifest has no settings.
                    let settings = config.known_settings(&plugin).await;
                    let mut settings = settings.iter().flatten();
                    parse_value(settings.find(|setting| setting.key == key), &value)?
                }
                false => checked_value(cx, config, &plugin, &key, &value).await?,
            };
            config.set(plugin, key, value).await?;
        }
        Action::Delete { plugin, key } => {
            let stored = config.all(plugin.clone()).await?;
            if !stored.contains_key(&key) {
                return Err(missing_value(plugin, key, stored.keys()));
            }
            config.delete(plugin, key).await?;
        }
        Action::List { plugin, json } => list(cx, config, plugin, json).await?,
        Action::Export { plugin, output } => {
            let text = match plugin {
                Some(plugin) => {
                    config.settings(&plugin).await?;
                    to_pretty_json(&config.all(plugin).await?)
                }
                None => to_pretty_json(&config.export().await?),
            };
            match output {
                None => cx.output.line(text)?,
                Some(path) => {
                    replace_file(&path, format!("{text}\n").as_bytes())
                        .map_err(|source| Error::file("write", path, source))?;
                }
            }
        }
        Action::Import { plugin, file } => {
            let count = match plugin {
                Some(plugin) => {
                    let values = read(file, ConfigExport::plugin_values_from_json)?;
                    let count = values.len();
                    config.refuse_misspelt(&plugin).await?;
                    config.replace(plugin.clone(), values.clone()).await?;
                    note_problems(cx, config, &plugin, values).await;
                    count
                }
                None => {
                    let values = read(file, ConfigExport::from_json)?;
                    let count = values.value_count();
                    config.import(values.clone()).await?;
                    for (plugin, values) in values.plugins {
                        note_problems(cx, config, &plugin, values).await;
                    }
                    count
                }
            };
            cx.output.note(format_args!("imported {count} values"));
        }
    }
    Ok(Outcome::Success)
}

async fn get(
    cx: &Context,
    config: &ConfigAccess,
    plugin: String,
    key: String,
    json: bool,
) -> Result<(), Error> {
    let settings = config.settings(&plugin).await?.unwrap_or_default();
    let entries = ConfigEntry::all(&settings, config.all(plugin.clone()).await?);
    let Some(entry) = entries.iter().find(|entry| entry.key == key) else {
        let keys = entries.iter().map(|entry| &entry.key);
        return Err(missing_value(plugin, key, keys));
    };
    if json {
        return cx.output.json(entry);
    }
    if let Some(setting) = &entry.setting {
        let details = setting_details(setting, entry.is_set);
        cx.output
            .note(format_args!("{}: {details}", escape_line(&key)));
    }
    if let Some(problem) = &entry.problem {
        let removal = config_removal(&plugin, &key);
        cx.output
            .note(format_args!("{}; {removal}", escape_line(problem)));
    }
    match entry.current() {
        Some(value) => cx.output.json(value),
        None => Err(no_value(plugin, key)),
    }
}

/// The error for a missing value, with the key that is probably meant.
fn missing_value<'k>(plugin: String, key: String, keys: impl Iterator<Item = &'k String>) -> Error {
    match closest(&key, keys.map(String::as_str)) {
        Some(similar) => {
            let similar = similar.escape_debug().to_string();
            let error = no_value(plugin, key);
            Error::Refused(format!("{error}; did you mean `{similar}`?"))
        }
        None => no_value(plugin, key),
    }
}

/// Parses a value. Without JSON, it is a text where the manifest tells that the value is none of any JSON.
fn parse_value(setting: Option<&Setting>, text: &str) -> Result<Value, Error> {
    match parse_json(text) {
        Err(_) if setting.is_some_and(|setting| setting.kind != SettingType::Json) => {
            Ok(Value::String(text.to_owned()))
        }
        parsed => parsed.map_err(|error| Error::Usage {
            message: format!("the value is not JSON: {error}"),
            help: None,
        }),
    }
}

/// Parses a value for the settings page. There, the field of a text takes `1234` and `true` as texts, too.
fn parse_checked_value(setting: Option<&Setting>, text: &str) -> Result<Value, Error> {
    let value = parse_value(setting, text)?;
    let takes_text = setting.is_some_and(|setting| match setting.kind {
        SettingType::Text | SettingType::LongText | SettingType::Date => true,
        SettingType::List | SettingType::Radio => {
            setting.options.iter().any(|option| option.value == text)
        }
        SettingType::Boolean | SettingType::Number | SettingType::Range | SettingType::Json => {
            false
        }
    });
    match value.is_string() || !takes_text {
        true => Ok(value),
        false => Ok(Value::String(text.to_owned())),
    }
}

/// Parses a value and checks it as the settings page does.
async fn checked_value(
    cx: &Context,
    config: &ConfigAccess,
    plugin: &str,
    key: &str,
    text: &str,
) -> Result<Value, Error> {
    let settings = config.settings(plugin).await?;
    let setting = settings.iter().flatten().find(|setting| setting.key == key);
    let value = parse_checked_value(setting, text);
    let Some(settings) = &settings else {
        cx.output.note(format_args!(
            "the value is not checked, since there is no valid plugin.json of {} here or beside the state folder",
            escape(plugin)
        ));
        return value;
    };
    // An unknown key is the first mistake.
    let value = match setting {
        Some(_) => value?,
        None => Value::Null,
    };
    let setting = check_value(settings, key, &value).map_err(|error| {
        let force = match error {
            SettingError::UnknownKey { .. } => "`--force` stores a value of the plugin's own",
            SettingError::Value { .. } => "`--force` stores it nevertheless",
        };
        Error::usage(error.to_string(), error.help_or(force))
    })?;
    if setting.scope == SettingScope::Airline {
        cx.output.note(format_args!(
            "{} has the scope airline: in the real shell the airline's administrator sets it, and pilots cannot",
            escape(key)
        ));
    }
    Ok(value)
}

async fn list(
    cx: &Context,
    config: &ConfigAccess,
    plugin: String,
    json: bool,
) -> Result<(), Error> {
    let settings = config.settings(&plugin).await?.unwrap_or_default();
    let entries = ConfigEntry::all(&settings, config.all(plugin.clone()).await?);
    if json {
        return cx.output.json(&entries);
    }
    for row in config_rows(&plugin, &entries) {
        cx.output.line(row)?;
    }
    if entries.is_empty() {
        let plugin = escape(&plugin);
        cx.output.note(format_args!(
            "{plugin} has no settings and no config values"
        ));
    }
    Ok(())
}

/// Names the imported values that their settings do not take. An export of an older version may have some, so they are
/// no error.
async fn note_problems(cx: &Context, config: &ConfigAccess, plugin: &str, values: ConfigValues) {
    // A running shell need not have all plugins whose values were imported.
    let settings = config.known_settings(plugin).await;
    for entry in ConfigEntry::all(&settings.unwrap_or_default(), values) {
        if let Some(problem) = entry.problem {
            let plugin = escape(plugin);
            cx.output
                .note(format_args!("{plugin}: {}", escape_line(&problem)));
        }
    }
}

/// Reads a file and parses it.
fn read<T>(path: PathBuf, parse: fn(&[u8]) -> Result<T, serde_json::Error>) -> Result<T, Error> {
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(source) => return Err(Error::file("read", path, source)),
    };
    parse(&bytes).map_err(|error| {
        let path = path.display();
        Error::usage(
            format!("{path} is not a JSON object of config values: {error}"),
            "for `import PLUGIN`, use the output of `cargo stratos config export PLUGIN`; for `import` without a plugin, \
             that of `export` without one",
        )
    })
}
