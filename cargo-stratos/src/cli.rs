//! The command line as a whole: parse, run the command, report its error.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands::{
    auth, call, check, config, explain, guardian, new, play, ps, run, schema, start, stop, test,
    update,
};
use crate::context::Context;
use crate::error::Error;
use crate::exit;

/// Scaffold, check and run Stratos plugins.
#[derive(Debug, Parser)]
#[command(
    name = "cargo-stratos",
    bin_name = "cargo stratos",
    version,
    arg_required_else_help = true,
    after_help = "\
First steps:
  cargo stratos new my-plugin     make a plugin; until the SDK is on crates.io,
                                  with --sdk-path DIR
  cargo stratos run               run it in a mocked shell, in its folder
  cargo stratos check             look for mistakes in its plugin.json

Exit codes: 0 all is well, 1 something was found or failed, 2 the command or a setting is wrong, 3 something stood in the way."
)]
struct Cli {
    #[command(flatten)]
    color: colorchoice_clap::Color,
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
    Ps(ps::Args),
    Start(start::Args),
    Stop(stop::Args),
    Call(call::Args),
    Config(config::Args),
    Auth(auth::Args),
    Update(update::Args),
    Play(play::Args),
    #[command(hide = true)]
    Guardian(guardian::Args),
}

/// What a command found out, where it did its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It ran, and the answer is good.
    Good,
    /// It ran, and the answer is no.
    No,
}

pub(crate) fn main() -> ExitCode {
    let cli = match Cli::try_parse_from(arguments()) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are errors to clap, with exit code 0; a closed pipe is no news.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(exit::WRONG));
        }
    };
    cli.color.write_global();
    let cx = Context::from_environment();
    match execute(&cx, cli.command) {
        Ok(Outcome::Good) => ExitCode::from(exit::GOOD),
        Ok(Outcome::No) => ExitCode::from(exit::NO),
        Err(Error::ClosedPipe) => ExitCode::from(exit::GOOD),
        Err(error) => {
            cx.output.error(&error);
            ExitCode::from(error.exit())
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
        Command::Ps(args) => ps::run(cx, args),
        Command::Start(args) => start::run(cx, args),
        Command::Stop(args) => stop::run(cx, args),
        Command::Call(args) => call::run(cx, args),
        Command::Config(args) => config::run(cx, args),
        Command::Auth(args) => auth::run(cx, args),
        Command::Update(args) => update::run(cx, args),
        Command::Play(args) => play::run(cx, args),
        Command::Guardian(args) => guardian::run(args),
    }
}

/// As `cargo stratos check` cargo calls us with `stratos check`, by hand one says just `check`.
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
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
