//! `cargo stratos auth`

use stratos_host::remote::{PersonaName, SwitchAuth};

use crate::commands::shell_args::ShellArgs;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::escape;

/// Sign in or out in the running shell
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// signed-in, signed-out, expiring (after one minute), or a name from stratos.toml
    persona: String,
    #[command(flatten)]
    shell: ShellArgs,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args { persona, shell } = args;
    let operation = SwitchAuth {
        persona: PersonaName {
            persona: persona.clone(),
        },
    };
    shell.call(cx, &operation)?;
    cx.output.note(format_args!(
        "the persona is now {}; the plugins were notified",
        escape(&persona)
    ));
    Ok(Outcome::Success)
}
