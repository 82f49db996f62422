//! Status block: the plugins, their URLs and the next step.

use std::path::{Path, PathBuf};

use stratos_host::PluginState;
use stratos_host::remote::PluginInfo;

use crate::output::{BOLD, DIM, plugin_rows};

/// Facts of the status block that do not change while the shell runs.
#[derive(Debug)]
pub(super) struct StatusBlock {
    /// URL of the shell.
    pub(super) url: String,
    pub(super) state_dir: PathBuf,
    /// Whether plugins are rebuilt when their files change.
    pub(super) watches: bool,
    /// Whether single keys control the shell.
    pub(super) has_keys: bool,
}

impl StatusBlock {
    /// The text of the block.
    pub(super) fn render(&self, plugins: &[PluginInfo]) -> String {
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
        let state = match &*self.state_dir {
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
                _ => "No plugin here has a background module to run.".to_owned(),
            };
        };
        let id = &plugin.id;
        let change = match self.watches {
            true => "change the code and save it".to_owned(),
            false => format!("change the code, then `cargo stratos update {id}{state}`"),
        };
        // The command is made to be pasted into a shell, so the name must not contain other commands.
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

/// Whether the plugin is errored.
pub(super) const fn is_errored(plugin: &PluginInfo) -> bool {
    matches!(plugin.state, PluginState::Errored { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_with_special_characters_is_not_suggested() {
        let status = StatusBlock {
            url: String::new(),
            state_dir: ".stratos".into(),
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
