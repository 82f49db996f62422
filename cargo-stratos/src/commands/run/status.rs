//! The calm block: what runs, where, and what to do next.

use std::path::{Path, PathBuf};

use stratos_host::PluginState;
use stratos_host::remote::PluginInfo;

use crate::output::{BOLD, DIM, plugin_rows};

/// What the block is about, beside the plugins.
#[derive(Debug)]
pub(super) struct Status {
    pub(super) url: String,
    /// The state folder.
    pub(super) folder: PathBuf,
    pub(super) watches: bool,
    pub(super) has_keys: bool,
}

impl Status {
    pub(super) fn block(&self, plugins: &[PluginInfo]) -> String {
        let Self { url, has_keys, .. } = self;
        let mut lines = vec![format!("\n{BOLD}Mocked Stratos shell{BOLD:#} on {url}")];
        for plugin in plugins {
            lines.push(plugin_rows(std::slice::from_ref(plugin)));
            lines.extend(
                plugin
                    .routes
                    .iter()
                    .map(|route| format!("    {url}{route}")),
            );
        }
        let keys = if *has_keys { "; h shows the keys" } else { "" };
        let next = self.next_step(plugins);
        lines.push(format!("{DIM}{next} Ctrl-C stops{keys}.{DIM:#}\n"));
        lines.join("\n")
    }

    fn next_step(&self, plugins: &[PluginInfo]) -> String {
        let state = match &*self.folder {
            folder if folder == Path::new("./.stratos") || folder == Path::new(".stratos") => {
                String::new()
            }
            folder => format!(" --state \"{}\"", folder.display()),
        };
        let is_running = |plugin: &&PluginInfo| plugin.state == PluginState::Running;
        let Some(plugin) = plugins.iter().find(is_running) else {
            return match (plugins.iter().any(is_errored), self.watches) {
                (true, true) => "Next: fix the errors above, and save.".to_owned(),
                (true, false) => "Next: fix the errors above, then run this again.".to_owned(),
                _ => "Nothing runs in the background here.".to_owned(),
            };
        };
        let id = &plugin.id;
        let change = match self.watches {
            true => "change the code and save it".to_owned(),
            false => format!("change the code, then `cargo stratos update {id}{state}`"),
        };
        // Whoever pastes the command must not run something else with it.
        let is_plain = |name: &&String| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
            name.chars().all(plain)
        };
        match plugin.channels.iter().find(is_plain) {
            Some(channel) => {
                format!("Next: {change}; ask it with `cargo stratos call {id} {channel}{state}`.")
            }
            None => format!("Next: {change}."),
        }
    }
}

pub(super) fn is_errored(plugin: &PluginInfo) -> bool {
    matches!(plugin.state, PluginState::Errored { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_step_can_be_pasted() {
        let status = Status {
            url: String::new(),
            folder: ".stratos".into(),
            watches: true,
            has_keys: false,
        };
        let mut plugin = PluginInfo {
            id: "demo".to_owned(),
            name: "Demo".to_owned(),
            version: "1.0.0".to_owned(),
            state: PluginState::Running,
            generation: 1,
            build: None,
            pid: None,
            routes: Vec::new(),
            channels: vec!["x; rm -r y".to_owned(), "get-status".to_owned()],
        };
        let next = status.next_step(&[plugin.clone()]);
        assert!(
            next.contains("`cargo stratos call demo get-status`"),
            "{next}"
        );
        plugin.channels.truncate(1);
        let next = status.next_step(&[plugin]);
        assert_eq!(next, "Next: change the code and save it.");
    }
}
