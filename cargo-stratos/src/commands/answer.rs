//! `cargo stratos answer`

use serde_json::Value;
use stratos_host::event::Modal;
use stratos_host::remote::{AnswerModal, ClientError, ListModals, ModalAnswer};

use crate::commands::shell_args::ShellArgs;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::{escape, modal_row};

/// Answer a dialog or prompt of a plugin in the running shell, or list those that wait
///
/// Without a value, each dialog and prompt that waits is a line. The first one is shown; the others wait for it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Answer to the one that is shown: ok for an alert, yes or no, a text, a number, or a value or label of a choice
    #[arg(allow_negative_numbers = true)]
    value: Option<String>,
    /// Close it without an answer
    #[arg(long, conflicts_with = "value")]
    dismiss: bool,
    /// Answer the one with this number
    #[arg(long, value_name = "N")]
    id: Option<u64>,
    /// Answer the first one of this plugin, or list those of this plugin
    #[arg(long, value_name = "ID")]
    plugin: Option<String>,
    /// Print the list as JSON
    #[arg(long, conflicts_with_all = ["value", "dismiss"])]
    json: bool,
    #[command(flatten)]
    shell: ShellArgs,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args {
        value,
        dismiss,
        id,
        plugin,
        json,
        shell,
    } = args;
    let is_wanted = |modal: &Modal| {
        id.is_none_or(|id| modal.id == id)
            && plugin.as_ref().is_none_or(|plugin| modal.plugin == *plugin)
    };
    if value.is_none() && !dismiss {
        let modals = shell.call(cx, &ListModals {})?;
        return list(cx, &modals, is_wanted, json);
    }
    let answer = ModalAnswer {
        answer: value.map(Value::String),
    };
    let answered = shell.with_client(cx, async |client| {
        let modals = client.call(&ListModals {}).await?;
        let Some(modal) = modals.iter().find(|modal| is_wanted(modal)) else {
            let text = nothing_waits(&modals, id, plugin.as_deref());
            return Err(ClientError::Rejected(text));
        };
        let operation = AnswerModal {
            id: modal.id.to_string(),
            answer,
        };
        client.call(&operation).await?;
        Ok(modal.clone())
    })?;
    let (kind, title) = (answered.kind.as_str(), escape(&answered.title));
    let done = if dismiss { "dismissed" } else { "answered" };
    let plugin = escape(&answered.plugin);
    cx.output.note(format_args!(
        "{done} the {kind} {} of {plugin}: {title}",
        answered.id
    ));
    Ok(Outcome::Success)
}

fn list(
    cx: &Context,
    modals: &[Modal],
    is_wanted: impl Fn(&Modal) -> bool,
    json: bool,
) -> Result<Outcome, Error> {
    let wanted: Vec<_> = modals.iter().filter(|modal| is_wanted(modal)).collect();
    if json {
        cx.output.json(&wanted)?;
        return Ok(Outcome::Success);
    }
    if wanted.is_empty() {
        cx.output.note("nothing waits for an answer");
    }
    let shown = modals.first().map(|modal| modal.id);
    for modal in wanted {
        cx.output.line(modal_row(modal, shown == Some(modal.id)))?;
    }
    Ok(Outcome::Success)
}

/// The error for an answer to something that does not wait, with what waits instead.
fn nothing_waits(modals: &[Modal], id: Option<u64>, plugin: Option<&str>) -> String {
    let number = id.map_or_else(String::new, |id| format!(" {id}"));
    let of = plugin.map_or_else(String::new, |plugin| format!(" of plugin `{plugin}`"));
    let waiting: Vec<_> = modals
        .iter()
        .map(|modal| format!("{} of {}", modal.id, modal.plugin))
        .collect();
    let others = match waiting.is_empty() {
        true => String::new(),
        false => format!("; these do: {}", waiting.join(", ")),
    };
    format!("no dialog or prompt{number}{of} waits for an answer{others}")
}
