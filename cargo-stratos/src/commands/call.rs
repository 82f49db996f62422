//! `cargo stratos call`

use serde_json::Value;
use stratos_host::remote::{Invoke, InvokeChannel};

use crate::commands::remote::Remote;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;

/// Ask a plugin on an IPC channel, as its UI does, and print the answer
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Id of the plugin
    plugin: String,
    /// Channel, without the prefix `plugin:ID:`
    channel: String,
    /// What to send, as JSON
    #[arg(value_parser = json, default_value = "null", allow_hyphen_values = true)]
    payload: Value,
    #[command(flatten)]
    remote: Remote,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args {
        plugin,
        channel,
        payload,
        remote,
    } = args;
    let invoke = Invoke { channel, payload };
    let invoke = InvokeChannel { plugin, invoke };
    let answer = remote.ask(cx, async |shell| shell.call(&invoke).await)?;
    cx.output.json(&answer)?;
    Ok(Outcome::Success)
}

/// JSON, with the way out for the usual slip: a string without its quotes.
pub(crate) fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| {
        let quoted = Value::String(text.to_owned());
        format!("{error}; for a text, keep the quotes from your shell: '{quoted}'")
    })
}
