//! `cargo stratos auth`

use stratos_host::remote::{PersonaName, SwitchAuth};

use crate::commands::remote::Remote;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::escape;

/// Sign in or out in the running shell
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// signed-in, signed-out, expiring (after a minute), or a name from stratos.toml
    persona: String,
    #[command(flatten)]
    remote: Remote,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args { persona, remote } = args;
    let switch = SwitchAuth {
        persona: PersonaName {
            persona: persona.clone(),
        },
    };
    remote.ask(cx, async |shell| shell.call(&switch).await)?;
    cx.output.note(format_args!(
        "the shell is {} now, and its plugins know",
        escape(&persona)
    ));
    Ok(Outcome::Success)
}
