//! A scenario for the plugins that a shell has.

use crate::scenario::fields::suggestion;
use crate::scenario::mistakes::{Mistake, ScenarioError};
use crate::scenario::model::Scenario;

impl Scenario {
    /// The scenario for a shell with these plugins: steps that name none are about the only one.
    ///
    /// # Errors
    ///
    /// When a step names a plugin that is not there, or none where there are several.
    pub fn fit(mut self, plugins: &[String]) -> Result<Self, ScenarioError> {
        let mut mistakes = Vec::new();
        let addresses = self.upstreams.values_mut().filter_map(|upstream| {
            let config = upstream.config.as_mut()?;
            Some((upstream.line, &mut config.plugin))
        });
        let steps = self.steps.iter_mut().filter_map(|step| {
            let plugin = step.action.plugin_mut()?;
            Some((step.line, plugin))
        });
        for (line, plugin) in addresses.chain(steps) {
            match (plugins, plugin.is_empty()) {
                ([only], true) => plugin.clone_from(only),
                _ if plugins.contains(plugin) => {}
                _ => mistakes.push(Mistake {
                    line,
                    column: 1,
                    message: unknown(plugin, plugins),
                }),
            }
        }
        match mistakes.is_empty() {
            true => Ok(self),
            false => Err(ScenarioError {
                file: self.file,
                mistakes,
            }),
        }
    }
}

fn unknown(plugin: &str, plugins: &[String]) -> String {
    let ids: Vec<_> = plugins.iter().map(String::as_str).collect();
    let known = ids.join(", ");
    match (plugin, suggestion(plugin, &ids)) {
        ("", _) => format!("it must say which `plugin`; this shell has {known}"),
        (plugin, meant) if meant.is_empty() => {
            let plugin = plugin.escape_debug();
            format!("there is no plugin `{plugin}`; this shell has {known}")
        }
        (plugin, meant) => format!("there is no plugin `{}`{meant}", plugin.escape_debug()),
    }
}
