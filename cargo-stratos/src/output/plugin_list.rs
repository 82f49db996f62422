//! Human-readable list of plugins and their states.

use stratos_host::remote::PluginInfo;
use stratos_host::{BuildStatus, PluginState};

use crate::output::service_events::format_indicator;
use crate::output::{BOLD, DIM, escape};

/// The lines about a plugin: its state, the reason of the state, its routes below `base_url`, and its channels.
pub(crate) fn plugin_rows(plugin: &PluginInfo, base_url: &str) -> String {
    let PluginInfo {
        id,
        version,
        state,
        channels,
        build,
        indicator,
        ..
    } = plugin;
    let head = [
        format!("{BOLD}{id}{BOLD:#} {version}"),
        format_state(state, *build),
    ];
    let mut rows = vec![head.join("  ")];
    if let Some(reason) = state.reason() {
        rows.push(format!("  {DIM}{}{DIM:#}", escape(reason)));
    }
    if let Some(indicator) = indicator {
        rows.push(format!("  {}", format_indicator(Some(indicator))));
    }
    for (method, path) in plugin.listed_routes() {
        let (method, path) = (escape(method), escape(&path));
        rows.push(format!("  {method:<6} {base_url}{path}"));
    }
    if !channels.is_empty() {
        rows.push(format!("  channels: {}", escape(&channels.join(", "))));
    }
    rows.join("\n")
}

/// The lines about several plugins, indented by two spaces.
pub(crate) fn plugin_list(plugins: &[PluginInfo], base_url: &str) -> String {
    let rows = plugins.iter().map(|plugin| plugin_rows(plugin, base_url));
    let rows = rows.collect::<Vec<_>>().join("\n");
    format!("  {}", rows.replace('\n', "\n  "))
}

/// The state in words, with what becomes of a newer version.
fn format_state(state: &PluginState, build: Option<BuildStatus>) -> String {
    let name = state.as_str();
    match (state, build) {
        (PluginState::Starting, Some(BuildStatus::Building)) => {
            format!("{name}: its program is being built")
        }
        (_, Some(BuildStatus::Building)) => format!("{name}, while a newer version is built"),
        (PluginState::Running, Some(BuildStatus::Failed)) => {
            format!("{name}, but its newest version failed: the output of `run` has the reason")
        }
        (_, Some(BuildStatus::Blocked)) => {
            format!("{name}; changes are not built until its plugin.json is corrected")
        }
        // An errored plugin has no older version that runs.
        (_, Some(BuildStatus::Failed) | None) => name.to_owned(),
    }
}
