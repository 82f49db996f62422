//! Command line: parses the arguments, runs the command and reports its error.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgAction, Parser, Subcommand};
use stratos_host::remote::{StartPlugin, StopPlugin, UpdatePlugin};

use crate::commands::shell_args::PluginArgs;
use crate::commands::{
    answer, auth, build, call, check, config, deploy, doctor, explain, flight, guardian, install,
    installed, new, pack, play, ps, run, schema, test, uninstall,
};
use crate::context::Context;
use crate::error::Error;
use crate::exit::{self, Outcome};
use crate::output;

/// Scaffold, check and run Stratos plugins.
#[derive(Debug, Parser)]
#[command(
    name = "cargo-stratos",
    bin_name = "cargo stratos",
    version,
    arg_required_else_help = true,
    after_help = "\
First steps:
  cargo stratos new my-plugin     create a plugin
  cargo stratos run               run it in a mocked shell, from its folder
  cargo stratos check             check its plugin.json

Exit codes: 0 success, 1 errors were found or something failed, 2 the command line or a setting is wrong, 3 the command could not do its job."
)]
struct Cli {
    #[command(flatten)]
    color: colorchoice_clap::Color,
    /// Print log messages to stderr: -v info, -vv debug, -vvv trace
    ///
    /// The environment variable STRATOS_LOG takes precedence: a level such as `debug`, or levels by module such as
    /// `stratos_host=trace,cargo_stratos=info`.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::Args),
    Check(check::Args),
    Explain(explain::Args),
    Schema(schema::Args),
    Test(test::Args),
    Run(run::Args),
    Build(build::Args),
    Pack(pack::Args),
    Ps(ps::Args),
    /// Start a stopped or errored plugin of the running shell
    Start(PluginArgs),
    /// Stop a plugin of the running shell
    Stop(PluginArgs),
    Call(call::Args),
    Config(config::Args),
    Answer(answer::Args),
    Auth(auth::Args),
    /// Rebuild a plugin and replace it in the running shell, as an update from the store does
    ///
    /// A plugin with on_resume is replaced without downtime, another one is stopped and started. If the
    /// new version does not build or start, the old one keeps running.
    Update(PluginArgs),
    Play(play::Args),
    Flight(flight::Args),
    Install(install::Args),
    Uninstall(uninstall::Args),
    Installed(installed::Args),
    #[command(aliases = ["publish", "upload"])]
    Deploy(deploy::Args),
    Doctor(doctor::Args),
    #[command(hide = true)]
    Guardian(guardian::Args),
}

/// Runs the command of this process's command line.
pub(crate) fn main() -> ExitCode {
    let cli = match Cli::try_parse_from(arguments()) {
        Ok(cli) => cli,
        Err(error) => {
            // clap also reports help and version this way, with exit code 0. A closed pipe is not an error.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(exit::USAGE));
        }
    };
    cli.color.write_global();
    let cx = Context::from_env();
    let result = output::start_logging(cli.verbose, cx.log_filter())
        .and_then(|()| execute(&cx, cli.command));
    match result {
        Ok(outcome) => ExitCode::from(outcome.exit_code()),
        Err(Error::BrokenPipe) => ExitCode::from(exit::SUCCESS),
        Err(error) => {
            cx.output.error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

fn execute(cx: &Context, command: Command) -> Result<Outcome, Error> {
    match command {
        Command::New(args) => new::run(cx, args),
        Command::Check(args) => check::run(cx, args),
        Command::Explain(args) => explain::run(cx, args),
        Command::Schema(args) => schema::run(cx, &args),
        Command::Test(args) => test::run(cx, args),
        Command::Run(args) => run::run(cx, args),
        Command::Build(args) => build::run(cx, args),
        Command::Pack(args) => pack::run(cx, &args),
        Command::Ps(args) => ps::run(cx, args),
        Command::Start(args) => args.call(cx, |plugin| StartPlugin { plugin }, "runs"),
        Command::Stop(args) => args.call(cx, |plugin| StopPlugin { plugin }, "is stopped"),
        Command::Call(args) => call::run(cx, args),
        Command::Config(args) => config::run(cx, args),
        Command::Answer(args) => answer::run(cx, args),
        Command::Auth(args) => auth::run(cx, args),
        Command::Update(args) => args.call(
            cx,
            |plugin| UpdatePlugin { plugin },
            "runs its newest version",
        ),
        Command::Play(args) => play::run(cx, args),
        Command::Flight(args) => flight::run(cx, args),
        Command::Install(args) => install::run(cx, args),
        Command::Uninstall(args) => uninstall::run(cx, args),
        Command::Installed(args) => installed::run(cx, args),
        Command::Deploy(args) => deploy::run(cx, args),
        Command::Doctor(args) => doctor::run(cx, args),
        Command::Guardian(args) => guardian::run(args),
    }
}

/// Command line of this process without the `stratos` that cargo inserts when it is called as `cargo stratos check`.
fn arguments() -> impl Iterator<Item = OsString> {
    let mut arguments = std::env::args_os();
    let program = arguments.next();
    let mut rest = arguments.peekable();
    rest.next_if(|first| first == "stratos");
    program.into_iter().chain(rest)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
