//! What a scenario sets up and breaks, and makes whole again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use stratos_protocol::logger::Level;
use tokio::task::AbortHandle;

use crate::control::{Control, ControlError};
use crate::event::PluginState;
use crate::scenario::model::{Address, Scenario};
use crate::scenario::stand_in::StandIn;

/// The shell while a scenario is played.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) control: Control,
    stand_ins: BTreeMap<String, Arc<StandIn>>,
    /// The config values that hold stand-ins' addresses, and what they were before.
    borrowed: Vec<(Address, Option<Value>)>,
    /// Plugins that were stopped to be told, and have not started since.
    interrupted: BTreeSet<String>,
    pub(super) store_is_broken: bool,
    /// What ends by itself after a while, by what was broken.
    endings: BTreeMap<String, AbortHandle>,
}

impl Stage {
    pub(super) fn new(control: &Control) -> Self {
        Self {
            control: control.clone(),
            stand_ins: BTreeMap::new(),
            borrowed: Vec::new(),
            interrupted: BTreeSet::new(),
            store_is_broken: false,
            endings: BTreeMap::new(),
        }
    }

    /// Opens the stand-ins, and has plugins start with their addresses; fails with a line and a reason.
    pub(super) async fn set_up(&mut self, scenario: &Scenario) -> Result<(), (usize, String)> {
        for (name, upstream) in &scenario.upstreams {
            let opened = StandIn::open(upstream.port, upstream.answers.clone()).await;
            let opened = opened.map_err(|error| {
                let port = upstream.port;
                let text = format!("`{name}` cannot listen on 127.0.0.1:{port}: {error}");
                (upstream.line, text)
            })?;
            let url = format!("http://{}", opened.address);
            self.stand_ins.insert(name.clone(), Arc::new(opened));
            if let Some(address) = &upstream.config {
                let told = self.tell(address, url).await;
                told.map_err(|error| (upstream.line, error.to_string()))?;
            }
        }
        self.restart().await.map_err(|(plugin, error)| {
            let mut lines = scenario.upstreams.values().filter_map(|upstream| {
                let config = upstream.config.as_ref()?;
                (config.plugin == plugin).then_some(upstream.line)
            });
            (lines.next().unwrap_or(1), error.to_string())
        })
    }

    pub(super) fn stand_in(&self, name: &str) -> &Arc<StandIn> {
        let found = self.stand_ins.get(name);
        found.expect("the parser knows the names, and all are open")
    }

    /// What was broken is whole again after a while, unless something else happens to it before.
    pub(super) fn ends(
        &mut self,
        what: String,
        lasts: Option<Duration>,
        end: impl Future<Output = Result<(), String>> + Send + 'static,
    ) {
        let control = self.control.clone();
        let planned = lasts.map(|lasts| {
            let task = tokio::spawn(async move {
                tokio::time::sleep(lasts).await;
                if let Err(error) = end.await {
                    control.log("", Level::Error, error);
                }
            });
            task.abort_handle()
        });
        self.forget(&what);
        self.endings.extend(planned.map(|planned| (what, planned)));
    }

    /// What was planned for it does not happen.
    pub(super) fn forget(&mut self, what: &str) {
        if let Some(planned) = self.endings.remove(what) {
            planned.abort();
        }
    }

    /// Everything is as it was before; plugins that were told an address start with their own if the shell goes on.
    pub(super) async fn give_back(mut self, goes_on: bool) {
        for planned in std::mem::take(&mut self.endings).into_values() {
            planned.abort();
        }
        if self.store_is_broken {
            self.control.restore_store();
        }
        for stand_in in self.stand_ins.values() {
            // Its port is free for the next scenario.
            stand_in.gone().await;
        }
        let mut told = Vec::new();
        // The other way round: one value may have been borrowed twice.
        for (address, before) in self.borrowed.iter().rev() {
            let Address { plugin, key } = address;
            let given = match before {
                Some(value) => {
                    let set = self.control.config_set(plugin, key.clone(), value.clone());
                    set.await
                }
                None => self.control.config_delete(plugin, key).await,
            };
            match given {
                // Somebody removed it meanwhile, and it was none before.
                Ok(()) | Err(ControlError::NoValue { .. }) => {}
                Err(error) => told.push(format!("`{key}` is not what it was: {error}")),
            }
        }
        if goes_on && let Err((_, error)) = self.restart().await {
            told.push(error.to_string());
        }
        for text in told {
            self.control.log("", Level::Error, text);
        }
    }

    async fn tell(&mut self, address: &Address, url: String) -> Result<(), ControlError> {
        let Address { plugin, key } = address;
        let before = match self.control.config_get(plugin, key).await {
            Ok(value) => Some(value),
            Err(ControlError::NoValue { .. }) => None,
            Err(error) => return Err(error),
        };
        self.borrowed.push((address.clone(), before));
        let set = self.control.config_set(plugin, key.clone(), url.into());
        set.await
    }

    /// Plugins read addresses when they start.
    async fn restart(&mut self) -> Result<(), (String, ControlError)> {
        if !self.interrupted.is_empty() {
            // Somebody ended the scenario while they were on their way.
            self.control.wait_until_settled().await;
        }
        let told = self.borrowed.iter().map(|(told, _)| told.plugin.clone());
        let told: BTreeSet<_> = told.collect();
        for info in self.control.plugins() {
            let id = info.id;
            match info.state {
                _ if !told.contains(&id) => continue,
                PluginState::Running => {
                    self.interrupted.insert(id.clone());
                    let stopped = self.control.stop(&id).await;
                    stopped.map_err(|error| (id.clone(), error))?;
                }
                PluginState::Stopped if self.interrupted.contains(&id) => {}
                PluginState::Stopped | PluginState::Listed { .. } => continue,
                _ => {}
            }
            let started = self.control.start(&id).await;
            started.map_err(|error| (id.clone(), error))?;
            self.interrupted.remove(&id);
        }
        Ok(())
    }
}
