//! Runs the shell from start to stop.

use std::time::Duration;

use stratos_host::Shell;
use stratos_host::process::LauncherFactory;
use stratos_host::scenario::ScenarioReport;

use crate::commands::run::args::Args;
use crate::commands::run::descriptor_limit::check_descriptor_limit;
use crate::commands::run::exit_reason::{ExitReason, wait_for_exit};
use crate::commands::run::plan::RunPlan;
use crate::commands::run::scenario_task::ScenarioTask;
use crate::commands::run::start::{RunningShell, start};
use crate::commands::run::status::is_errored;
use crate::commands::scenario_file::print_result;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::stop_signals::StopSignals;

/// Maximum time to wait for blocking work, such as file access, after the shell has stopped.
const BLOCKING_TIMEOUT: Duration = Duration::from_millis(200);

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    check_descriptor_limit()?;
    let plan = RunPlan::new(cx, args)?;
    let runtime = tokio::runtime::Runtime::new().map_err(Error::system("start the runtime"))?;
    let outcome = runtime.block_on(run_shell(cx, plan));
    runtime.shutdown_timeout(BLOCKING_TIMEOUT);
    outcome
}

/// Starts a shell, waits for a reason to exit, and stops it.
async fn run_shell(cx: &Context, plan: RunPlan) -> Result<Outcome, Error> {
    let mut signals = StopSignals::listen()?;
    let conditions = plan.stop_conditions();
    let has_scenario = plan.scenario.is_some();
    let RunningShell {
        shell,
        launchers,
        reloader,
        mut printer,
        keys,
        mut scenario,
    } = start(cx, plan).await?;
    let control = shell.control().clone();
    let reason = tokio::select! {
        reason = wait_for_exit(keys, &mut printer, &conditions, &mut scenario) => reason,
        () = signals.recv() => Ok(ExitReason::Requested),
    };
    drop(reloader);
    if let (Ok(ExitReason::ReadyTimeout), Some(timeout)) = (&reason, conditions.ready_timeout) {
        let text = format!("not all plugins were ready within {} s", timeout.as_secs());
        cx.output.note(text);
    }
    let none_errored = !control.plugins().iter().any(is_errored);
    cx.output.note("stopping");
    let interrupted = stop(shell, &launchers, scenario, &mut signals).await;
    printer.finish().await;
    let success = match (reason?, interrupted) {
        (ExitReason::ScenarioEnded(played), _) | (_, Some(played)) => {
            print_result(cx, &played);
            played.held()
        }
        // A scenario that has not begun counts as failed.
        (ExitReason::Requested, None) => none_errored && !has_scenario,
        (ExitReason::Ready { all_run }, None) => all_run && none_errored,
        (ExitReason::ReadyTimeout, None) => false,
    };
    Ok(Outcome::success_if(success))
}

/// Stops the scenario and the shell. Returns the result of a scenario that was interrupted.
///
/// A second signal skips the rest: the plugins end with this process.
async fn stop(
    shell: Shell,
    launchers: &LauncherFactory,
    scenario: ScenarioTask,
    signals: &mut StopSignals,
) -> Option<ScenarioReport> {
    let mut interrupted = None;
    let stop = async {
        interrupted = scenario.cancel().await;
        shell.stop().await;
        launchers.wait_for_orphan_search().await;
    };
    tokio::select! {
        () = stop => {}
        () = signals.recv() => {}
    }
    interrupted
}
