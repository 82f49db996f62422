//! Human-readable list of plugins and their states.

use stratos_host::remote::PluginInfo;
use stratos_host::{BuildStatus, PluginState};

use crate::output::{BOLD, DIM, escape};

/// One line about a plugin, and a second one with the reason of its state, if there is one.
pub(crate) fn plugin_row(plugin: &PluginInfo) -> String {
    let PluginInfo {
        id,
        version,
        state,
        routes,
        channels,
        build,
        ..
    } = plugin;
    let mut parts = vec![
        format!("{BOLD}{id}{BOLD:#} {version}"),
        state.as_str().to_owned(),
    ];
    match build {
        Some(BuildStatus::Building) => parts.push("building".to_owned()),
        // An errored plugin has no older version that runs.
        Some(BuildStatus::Failed) if *state == PluginState::Running => {
            parts.push("newest version failed".to_owned());
        }
        _ => {}
    }
    if !routes.is_empty() {
        parts.push(format!("routes {}", routes.join(" ")));
    }
    if !channels.is_empty() {
        parts.push(format!("channels {}", escape(&channels.join(" "))));
    }
    let row = parts.join("  ");
    match state {
        PluginState::Errored { reason }
        | PluginState::BackingOff { reason, .. }
        | PluginState::Listed { note: reason } => {
            format!("{row}\n  {DIM}{}{DIM:#}", escape(reason))
        }
        _ => row,
    }
}

/// The rows of several plugins, indented by two spaces.
pub(crate) fn plugin_rows(plugins: &[PluginInfo]) -> String {
    let rows = plugins
        .iter()
        .map(|plugin| format!("  {}", plugin_row(plugin).replace('\n', "\n  ")));
    rows.collect::<Vec<_>>().join("\n")
}
