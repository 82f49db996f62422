//! `cargo stratos config`

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use atomic_write_file::AtomicWriteFile;
use clap::Subcommand;
use serde_json::Value;
use stratos_host::control::ConfigValues;

use crate::cli::Outcome;
use crate::commands::call::json;
use crate::commands::remote::Remote;
use crate::context::Context;
use crate::error::Error;
use crate::output::{BOLD, escape, escape_line, to_pretty_json};

/// Read and change the config values of a plugin in the running shell
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
        plugin: String,
        /// File to write instead of standard output
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Replace all values by those of a JSON file, in one step
    Import { plugin: String, file: PathBuf },
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args { action, remote } = args;
    match action {
        Action::Get { plugin, key } => {
            let value = remote.ask(cx, async |shell| shell.config_get(&plugin, &key).await)?;
            cx.output.json(&value)?;
        }
        Action::Set { plugin, key, value } => {
            remote.ask(cx, async |shell| {
                shell.config_set(&plugin, &key, &value).await
            })?;
        }
        Action::Delete { plugin, key } => {
            remote.ask(cx, async |shell| shell.config_delete(&plugin, &key).await)?;
        }
        Action::List { plugin } => {
            for (key, value) in remote.ask(cx, async |shell| shell.config_all(&plugin).await)? {
                let (key, value) = (escape_line(&key), value.to_string());
                cx.output
                    .line(format_args!("{BOLD}{key}{BOLD:#} {}", escape(&value)))?;
            }
        }
        Action::Export { plugin, output } => {
            let values = remote.ask(cx, async |shell| shell.config_all(&plugin).await)?;
            let text = to_pretty_json(&values);
            match output {
                None => cx.output.line(text)?,
                Some(path) => write(&path, &text).map_err(|source| Error::File {
                    what: "write",
                    path,
                    source,
                })?,
            }
        }
        Action::Import { plugin, file } => {
            let values = read_values(file)?;
            remote.ask(cx, async |shell| {
                shell.config_replace(&plugin, &values).await
            })?;
            let count = values.len();
            cx.output
                .note(format_args!("{count} values replace what was there"));
        }
    }
    Ok(Outcome::Good)
}

/// The old file stays until the new one is whole.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = AtomicWriteFile::open(path)?;
    writeln!(file, "{text}")?;
    file.commit()
}

fn read_values(path: PathBuf) -> Result<ConfigValues, Error> {
    match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| Error::Usage {
            message: format!(
                "{} is not a JSON object of config values: {error}",
                path.display()
            ),
            help: Some("`cargo stratos config export` prints one".to_owned()),
        }),
        Err(source) => Err(Error::File {
            what: "read",
            path,
            source,
        }),
    }
}
