//! Actions of the keys.

use stratos_host::PluginState;
use stratos_host::control::Control;
use stratos_host::process::LauncherFactory;

use crate::commands::run::event_filter::EventFilter;
use crate::commands::run::keyboard::{Key, Keyboard};
use crate::output::plugin_list;

/// Keys that control the shell while it runs.
pub(super) struct KeyBindings {
    control: Control,
    launchers: LauncherFactory,
    filter: EventFilter,
    /// Persona that is signed in at the start.
    persona: String,
    /// URL of the shell.
    url: String,
    has_keys: bool,
    /// `None` until the keys are enabled.
    keyboard: Option<Keyboard>,
}

impl KeyBindings {
    /// Without `has_keys`, no key is ever read.
    pub(super) const fn new(
        control: Control,
        launchers: LauncherFactory,
        filter: EventFilter,
        persona: String,
        url: String,
        has_keys: bool,
    ) -> Self {
        Self {
            control,
            launchers,
            filter,
            persona,
            url,
            has_keys,
            keyboard: None,
        }
    }

    pub(super) const fn control(&self) -> &Control {
        &self.control
    }

    /// Starts to read keys, and turns off cargo's progress bar, which would overwrite other output.
    pub(super) fn enable(&mut self) {
        if self.keyboard.is_none() {
            self.launchers.hide_build_progress();
            self.keyboard = self.has_keys.then(Keyboard::listen).flatten();
        }
    }

    /// Waits for a key and does its action. Returns text to print, or `None` to stop the shell.
    pub(super) async fn handle_next(&mut self) -> Option<String> {
        let Some(keyboard) = &mut self.keyboard else {
            return std::future::pending().await;
        };
        match keyboard.next().await {
            // The terminal was closed: there will be no further keys.
            None => std::future::pending().await,
            Some(Key::Quit) => None,
            Some(Key::Reload) => {
                self.reload();
                Some("reload".to_owned())
            }
            Some(Key::Restart) => {
                self.restart();
                Some("restart".to_owned())
            }
            Some(Key::ToggleLogin) => {
                self.toggle_login();
                Some(String::new())
            }
            Some(Key::ListPlugins) => Some(plugin_list(&self.control.plugins(), &self.url)),
            Some(Key::ToggleRequests) => Some(self.filter.toggle_requests().to_owned()),
            Some(Key::NextLevel) => Some(self.filter.next_level().to_owned()),
            Some(Key::NextPlugin) => {
                let plugins = self.control.plugins().into_iter();
                let ids: Vec<_> = plugins.map(|plugin| plugin.id).collect();
                Some(self.filter.next_plugin(&ids))
            }
            Some(Key::OpenBrowser) => Some(self.open_browser().await),
            Some(Key::Continue) => {
                self.control.release_debugger_pause();
                Some(String::new())
            }
            Some(Key::Help) => Some(Key::help()),
        }
    }

    /// Starts the plugins that do not run. If all run, rebuilds and replaces them.
    fn reload(&self) {
        let plugins = self.control.plugins();
        let is_down = |state: &PluginState| {
            matches!(
                state,
                PluginState::Stopped | PluginState::Errored { .. } | PluginState::BackingOff { .. }
            )
        };
        let any_down = plugins.iter().any(|plugin| is_down(&plugin.state));
        for plugin in plugins {
            let control = self.control.clone();
            tokio::spawn(async move {
                // Events show the result.
                let _ = match any_down {
                    true if is_down(&plugin.state) => control.start(&plugin.id).await,
                    true => Ok(()),
                    false => control.update(&plugin.id).await,
                };
            });
        }
    }

    /// Stops all plugins, and starts them again.
    fn restart(&self) {
        for plugin in self.control.plugins() {
            let control = self.control.clone();
            tokio::spawn(async move {
                // Events show the result. Stopping a plugin that does not run is an error.
                let _ = control.stop(&plugin.id).await;
                let _ = control.start(&plugin.id).await;
            });
        }
    }

    /// Opens the shell's page. On some systems this blocks until the browser is closed.
    async fn open_browser(&self) -> String {
        let url = format!("{}/", self.url);
        let page = url.clone();
        match tokio::task::spawn_blocking(move || opener::open_browser(page)).await {
            Ok(Ok(())) => format!("opening {url}"),
            Ok(Err(error)) => format!("cannot open {url}: {error}"),
            Err(_) => format!("cannot open {url}"),
        }
    }

    /// Signs out, or signs in as the persona of the start.
    fn toggle_login(&self) {
        let persona = match (self.control.auth().authenticated, &*self.persona) {
            (true, _) => "signed-out",
            (false, "signed-out") => "signed-in",
            (false, other) => other,
        };
        let (control, persona) = (self.control.clone(), persona.to_owned());
        tokio::spawn(async move {
            // An event shows the change. The persona was checked at the start.
            let _ = control.switch_auth(&persona).await;
        });
    }
}
