//! Reasons to stop the shell.

use std::time::Duration;

use stratos_host::PluginState;
use stratos_host::control::Control;
use stratos_host::remote::PluginInfo;
use stratos_host::scenario::ScenarioReport;

use crate::commands::run::event_printer::EventPrinter;
use crate::commands::run::key_bindings::KeyBindings;
use crate::commands::run::scenario_task::ScenarioTask;
use crate::error::Error;

/// Conditions under which the run ends without a request to stop.
#[derive(Debug)]
pub(super) struct StopConditions {
    /// Whether to stop when all plugins have started.
    pub(super) when_ready: bool,
    /// Maximum time until all plugins have started.
    pub(super) ready_timeout: Option<Duration>,
}

/// Reason to stop the shell.
pub(super) enum ExitReason {
    /// A key or a signal.
    Requested,
    /// No plugin is starting any more. `all_run` is true if every plugin with a program runs.
    Ready { all_run: bool },
    /// A plugin was still starting at the end of [`StopConditions::ready_timeout`].
    ReadyTimeout,
    /// The scenario was played to its end, or to a step that did not hold.
    ScenarioEnded(ScenarioReport),
}

/// Handles keys, and starts the scenario when all plugins have started, until there is a reason to exit.
pub(super) async fn wait_for_exit(
    mut keys: KeyBindings,
    printer: &mut EventPrinter,
    conditions: &StopConditions,
    scenario: &mut ScenarioTask,
) -> Result<ExitReason, Error> {
    let control = keys.control().clone();
    let mut ready = std::pin::pin!(wait_until_ready(&control, conditions.ready_timeout));
    let mut is_ready = false;
    let queue = printer.queue();
    loop {
        tokio::select! {
            error = printer.error() => return Err(error),
            plugins = &mut ready, if !is_ready => {
                let Some(plugins) = plugins else {
                    return Ok(ExitReason::ReadyTimeout);
                };
                let all_run = plugins.iter().all(runs_if_it_can);
                printer.show_ready(plugins);
                if conditions.when_ready {
                    return Ok(ExitReason::Ready { all_run });
                }
                is_ready = true;
                keys.enable();
                scenario.start();
            }
            played = scenario.ended() => {
                let played = played.map_err(|busy| Error::Refused(busy.to_string()))?;
                return Ok(ExitReason::ScenarioEnded(played));
            }
            text = keys.handle_next() => match text {
                // A full queue means that stdout is not read.
                Some(text) => drop(queue.try_send(text)),
                None => return Ok(ExitReason::Requested),
            },
        }
    }
}

/// Waits until no plugin is starting. Returns the plugins, or `None` after the timeout.
async fn wait_until_ready(control: &Control, timeout: Option<Duration>) -> Option<Vec<PluginInfo>> {
    let settled = control.wait_until_settled();
    match timeout {
        Some(timeout) => tokio::time::timeout(timeout, settled).await.ok(),
        None => Some(settled.await),
    }
}

/// Whether a plugin runs, or has no program.
const fn runs_if_it_can(plugin: &PluginInfo) -> bool {
    matches!(
        plugin.state,
        PluginState::Running | PluginState::Listed { .. }
    )
}
