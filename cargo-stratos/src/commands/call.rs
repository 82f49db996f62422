//! `cargo stratos call`

use serde_json::Value;
use stratos_host::remote::{Invoke, InvokeChannel};

use crate::commands::json_arg::parse_json;
use crate::commands::shell_args::ShellArgs;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;

/// Send a request to a plugin on an IPC channel, as its UI does, and print the answer
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Id of the plugin
    plugin: String,
    /// Channel, without the prefix `plugin:ID:`
    channel: String,
    /// Payload of the request, as JSON
    #[arg(value_parser = parse_json, default_value = "null", allow_hyphen_values = true)]
    payload: Value,
    #[command(flatten)]
    shell: ShellArgs,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args {
        plugin,
        channel,
        payload,
        shell,
    } = args;
    let invoke = Invoke { channel, payload };
    let answer = shell.call(cx, &InvokeChannel { plugin, invoke })?;
    cx.output.json(&answer)?;
    Ok(Outcome::Success)
}
