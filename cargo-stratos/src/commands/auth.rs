//! `cargo stratos auth`

use stratos_host::PluginState;
use stratos_host::remote::{AuthInfo, GetAuth, ListPlugins, PersonaName, PluginInfo, SwitchAuth};

use crate::commands::shell_args::ShellArgs;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::escape;

/// Sign in or out in the running shell, or print who is signed in
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// signed-in, signed-out, expiring (after one minute), or a name from stratos.toml [default: print the present one]
    persona: Option<String>,
    #[command(flatten)]
    shell: ShellArgs,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args { persona, shell } = args;
    let Some(persona) = persona else {
        let login = shell.call(cx, &GetAuth {})?;
        cx.output.line(describe(&login))?;
        return Ok(Outcome::Success);
    };
    let operation = SwitchAuth {
        persona: PersonaName {
            persona: persona.clone(),
        },
    };
    let plugins = shell.with_client(cx, async |client| {
        client.call(&operation).await?;
        client.call(&ListPlugins {}).await
    })?;
    let runs = |plugin: &PluginInfo| plugin.state == PluginState::Running;
    let who = match plugins.iter().any(runs) {
        true => "all running plugins have acknowledged it",
        false => "no plugin is running",
    };
    let persona = escape(&persona);
    cx.output
        .note(format_args!("the persona is now {persona}; {who}"));
    Ok(Outcome::Success)
}

fn describe(login: &AuthInfo) -> String {
    let persona = escape(&login.persona);
    match login.authenticated {
        true => format!("signed in; the persona is {persona}"),
        false => format!("signed out; the persona is {persona}"),
    }
}
