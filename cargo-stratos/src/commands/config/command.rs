//! Arguments and actions of `cargo stratos config`.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use atomic_write_file::AtomicWriteFile;
use clap::Subcommand;
use serde_json::Value;
use stratos_host::store::ConfigExport;

use crate::commands::config::access::ConfigAccess;
use crate::commands::json_arg::parse_json;
use crate::commands::shell_args::{ShellArgs, block_on};
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::{BOLD, escape, escape_line, to_pretty_json};

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
    /// Print a value as JSON
    Get { plugin: String, key: String },
    /// Store a value
    Set {
        plugin: String,
        key: String,
        /// The value, as JSON
        #[arg(value_parser = parse_json, allow_hyphen_values = true)]
        value: Value,
    },
    /// Remove a value
    Delete { plugin: String, key: String },
    /// Print all keys and values of a plugin
    List { plugin: String },
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
    let state_dir = shell.state_dir(cx)?;
    block_on(async {
        let config = ConfigAccess::open(cx, &state_dir)?;
        perform(cx, action, &config).await
    })
}

async fn perform(cx: &Context, action: Action, config: &ConfigAccess) -> Result<Outcome, Error> {
    match action {
        Action::Get { plugin, key } => cx.output.json(&config.get(plugin, key).await?)?,
        Action::Set { plugin, key, value } => config.set(plugin, key, value).await?,
        Action::Delete { plugin, key } => config.delete(plugin, key).await?,
        Action::List { plugin } => {
            for (key, value) in config.all(plugin).await? {
                let (key, value) = (escape_line(&key), value.to_string());
                cx.output
                    .line(format_args!("{BOLD}{key}{BOLD:#} {}", escape(&value)))?;
            }
        }
        Action::Export { plugin, output } => {
            let text = match plugin {
                Some(plugin) => to_pretty_json(&config.all(plugin).await?),
                None => to_pretty_json(&config.export().await?),
            };
            match output {
                None => cx.output.line(text)?,
                Some(path) => {
                    write(&path, &text).map_err(|source| Error::file("write", path, source))?;
                }
            }
        }
        Action::Import { plugin, file } => {
            let count = match plugin {
                Some(plugin) => {
                    let values = read(file, ConfigExport::plugin_values_from_json)?;
                    let count = values.len();
                    config.replace(plugin, values).await?;
                    count
                }
                None => {
                    let values = read(file, ConfigExport::from_json)?;
                    let count = values.value_count();
                    config.import(values).await?;
                    count
                }
            };
            cx.output.note(format_args!("imported {count} values"));
        }
    }
    Ok(Outcome::Success)
}

/// Writes a file atomically.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = AtomicWriteFile::open(path)?;
    writeln!(file, "{text}")?;
    file.commit()
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
