//! Status block: the plugins, their URLs and the next step.

use std::path::{Path, PathBuf};

use stratos_host::remote::PluginInfo;
use stratos_host::{PluginState, StateDir};

use crate::output::{BOLD, DIM, plugin_list};

/// Next step if a plugin is errored and not rebuilt when its files change.
const NEXT_RUN: &str = "Next: fix the errors above, then run this again.";

/// Facts of the status block that do not change while the shell runs.
#[derive(Debug)]
pub(super) struct StatusBlock {
    /// URL of the shell.
    pub(super) url: String,
    pub(super) state_dir: PathBuf,
    /// Whether plugins are rebuilt when their files change.
    pub(super) watches: bool,
    /// Whether the shell stops now that the plugins have started.
    pub(super) exit_when_ready: bool,
    /// Whether single keys control the shell.
    pub(super) has_keys: bool,
}

impl StatusBlock {
    /// The text of the block.
    pub(super) fn render(&self, plugins: &[PluginInfo]) -> String {
        let Self { url, has_keys, .. } = self;
        let mut lines = vec![format!("\n{BOLD}Mocked Stratos shell{BOLD:#} on {url}")];
        lines.push(plugin_list(plugins, url));
        let keys = if *has_keys { "; h shows the keys" } else { "" };
        let next = match self.exit_when_ready {
            false => Some(format!("{} Ctrl-C stops{keys}.", self.next_step(plugins))),
            true => plugins.iter().any(is_errored).then(|| NEXT_RUN.to_owned()),
        };
        lines.extend(next.map(|next| format!("{DIM}{next}{DIM:#}\n")));
        lines.join("\n")
    }

    fn next_step(&self, plugins: &[PluginInfo]) -> String {
        let folder = &self.state_dir;
        let state = match folder.strip_prefix(".").unwrap_or(folder) {
            own if own == Path::new(StateDir::NAME) => String::new(),
            _ => format!(" --state \"{}\"", folder.display()),
        };
        let is_running = |plugin: &&PluginInfo| plugin.state == PluginState::Running;
        let Some(plugin) = plugins.iter().find(is_running) else {
            return match (plugins.iter().any(is_errored), self.watches) {
                (true, true) => "Next: fix the errors above, and save.".to_owned(),
                (true, false) => NEXT_RUN.to_owned(),
                _ => "No plugin here has a background module that the mocked shell can run."
                    .to_owned(),
            };
        };
        let id = &plugin.id;
        let change = match self.watches {
            true => "change the code and save it".to_owned(),
            false => format!("change the code, then `cargo stratos update {id}{state}`"),
        };
        match request_without_arguments(plugin, &self.url, &state) {
            Some(command) => format!("Next: {change}; ask it with `{command}`."),
            None => format!("Next: {change}."),
        }
    }
}

/// A command that the plugin answers without arguments, for the user to paste into a terminal. It changes nothing, going
/// by the method of a route and the name of a channel.
fn request_without_arguments(plugin: &PluginInfo, url: &str, state: &str) -> Option<String> {
    // The name must not contain other commands.
    let is_plain = |name: &&str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
        name.chars().all(plain)
    };
    let routes = plugin.routes.iter();
    let routes = routes.filter(|route| route.method == "GET" && route.without_arguments);
    if let Some(path) = routes.map(|route| &*route.path).find(is_plain) {
        return Some(format!("curl {url}{path}"));
    }
    let mut channels = plugin.channels_without_payload.iter().map(String::as_str);
    let channel = channels.find(|name| name.starts_with("get") && is_plain(name))?;
    Some(format!("cargo stratos call {} {channel}{state}", plugin.id))
}

/// Whether the plugin is errored.
pub(super) const fn is_errored(plugin: &PluginInfo) -> bool {
    matches!(plugin.state, PluginState::Errored { .. })
}

#[cfg(test)]
mod tests {
    use stratos_protocol::server::Route;

    use super::*;

    #[test]
    fn the_suggested_request_needs_no_arguments_only_reads_and_has_no_special_characters() {
        let status = status();
        let mut plugin = plugin();
        let next = status.next_step(&[plugin.clone()]);
        let expected =
            "Next: change the code and save it; ask it with `curl http://h/api/demo/status`.";
        assert_eq!(next, expected);
        plugin.routes.truncate(3);
        let next = status.next_step(&[plugin.clone()]);
        assert!(
            next.contains("`cargo stratos call demo get-status`"),
            "{next}"
        );
        plugin.channels_without_payload.truncate(2);
        let next = status.next_step(&[plugin]);
        assert_eq!(next, "Next: change the code and save it.");
    }

    #[test]
    fn nothing_is_suggested_if_the_shell_stops_and_no_plugin_is_errored() {
        let status = StatusBlock {
            exit_when_ready: true,
            ..status()
        };
        let block = status.render(&[plugin()]);
        assert!(
            block.ends_with("channels: needs-payload, get-status"),
            "{block:?}"
        );
    }

    fn status() -> StatusBlock {
        StatusBlock {
            url: "http://h".to_owned(),
            state_dir: ".stratos".into(),
            watches: true,
            exit_when_ready: false,
            has_keys: false,
        }
    }

    fn plugin() -> PluginInfo {
        PluginInfo {
            id: "demo".to_owned(),
            name: "Demo".to_owned(),
            version: "1.0.0".to_owned(),
            state: PluginState::Running,
            generation: 1,
            build: None,
            pid: None,
            prefixes: Vec::new(),
            routes: vec![
                route("DELETE", "/api/demo", true),
                route("GET", "/api/demo/{id}", true),
                route("GET", "/api/demo/search", false),
                route("GET", "/api/demo/status", true),
            ],
            channels: vec!["needs-payload".to_owned(), "get-status".to_owned()],
            indicator: None,
            channels_without_payload: ["get; rm -r y", "delete-all", "get-status"]
                .map(str::to_owned)
                .into(),
        }
    }

    fn route(method: &str, path: &str, without_arguments: bool) -> Route {
        Route {
            method: method.to_owned(),
            path: path.to_owned(),
            without_arguments,
        }
    }
}
