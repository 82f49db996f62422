//! `cargo stratos config`

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use atomic_write_file::AtomicWriteFile;
use clap::Subcommand;
use serde_json::Value;
use stratos_host::store::ConfigExport;

use crate::commands::call::json;
use crate::commands::config::values::Values;
use crate::commands::remote::{Remote, block_on};
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::{BOLD, escape, escape_line, to_pretty_json};

/// Read and change the config values of plugins, whether a shell runs or not
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    remote: Remote,
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
        #[arg(value_parser = json, allow_hyphen_values = true)]
        value: Value,
    },
    /// Remove a value
    Delete { plugin: String, key: String },
    /// Print all keys and values
    List { plugin: String },
    /// Print all values as one JSON object, for `import`
    Export {
        /// Id of the plugin [default: all plugins]
        plugin: Option<String>,
        /// File to write instead of standard output
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Replace all values by those of a JSON file, in one step
    #[command(allow_missing_positional = true)]
    Import {
        /// Id of the plugin [default: all plugins]
        plugin: Option<String>,
        file: PathBuf,
    },
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args { action, remote } = args;
    let folder = remote.folder(cx);
    block_on(async {
        let values = Values::find(cx, &folder)?;
        act(cx, action, &values).await
    })
}

async fn act(cx: &Context, action: Action, values: &Values) -> Result<Outcome, Error> {
    match action {
        Action::Get { plugin, key } => cx.output.json(&values.get(&plugin, &key).await?)?,
        Action::Set { plugin, key, value } => values.set(&plugin, &key, &value).await?,
        Action::Delete { plugin, key } => values.delete(&plugin, &key).await?,
        Action::List { plugin } => {
            for (key, value) in values.all(&plugin).await? {
                let (key, value) = (escape_line(&key), value.to_string());
                cx.output
                    .line(format_args!("{BOLD}{key}{BOLD:#} {}", escape(&value)))?;
            }
        }
        Action::Export { plugin, output } => {
            let text = match plugin {
                Some(plugin) => to_pretty_json(&values.all(&plugin).await?),
                None => to_pretty_json(&values.export().await?),
            };
            match output {
                None => cx.output.line(text)?,
                Some(path) => write(&path, &text).map_err(|source| Error::File {
                    operation: "write",
                    path,
                    source,
                })?,
            }
        }
        Action::Import { plugin, file } => {
            let count = match plugin {
                Some(plugin) => {
                    let new = read(file, ConfigExport::plugin_values_from_json)?;
                    values.replace(&plugin, &new).await?;
                    new.len()
                }
                None => {
                    let new = read(file, ConfigExport::from_json)?;
                    let count = new.value_count();
                    values.import(new).await?;
                    count
                }
            };
            cx.output
                .note(format_args!("{count} values replace what was there"));
        }
    }
    Ok(Outcome::Success)
}

/// The old file stays until the new one is whole.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = AtomicWriteFile::open(path)?;
    writeln!(file, "{text}")?;
    file.commit()
}

fn read<T>(path: PathBuf, parse: fn(&[u8]) -> Result<T, serde_json::Error>) -> Result<T, Error> {
    match fs::read(&path) {
        Ok(bytes) => parse(&bytes).map_err(|error| Error::Usage {
            message: format!(
                "{} is not a JSON object of config values: {error}",
                path.display()
            ),
            help: Some(
                "`cargo stratos config export PLUGIN` prints one for `import PLUGIN`, `export` alone one for `import` alone"
                    .to_owned(),
            ),
        }),
        Err(source) => Err(Error::File {
            operation: "read",
            path,
            source,
        }),
    }
}
