//! Binding of a scenario to the plugins of a shell.

use stratos_manifest::Position;

use crate::scenario::error::{Diagnostic, ScenarioError};
use crate::scenario::model::Scenario;
use crate::scenario::table_reader::suggestion;

impl Scenario {
    /// Binds the scenario to a shell with these plugins. Steps that name no plugin are about the shell's only one.
    ///
    /// # Errors
    ///
    /// When a step names a plugin that the shell does not have, or none although the shell has several.
    pub fn bind(mut self, plugins: &[String]) -> Result<Self, ScenarioError> {
        let keys = self.servers.values_mut().filter_map(|server| {
            let key = server.url_key.as_mut()?;
            Some((server.line, &mut key.plugin))
        });
        let steps = self.steps.iter_mut();
        let steps = steps.filter(|step| step.takes_plugin());
        let steps = steps.map(|step| (step.line, &mut step.plugin));
        let mut diagnostics = Vec::new();
        for (line, plugin) in keys.chain(steps) {
            match (plugins, plugin.is_empty()) {
                ([only], true) => plugin.clone_from(only),
                _ if plugins.contains(plugin) => {}
                _ => diagnostics.push(Diagnostic {
                    position: Position { line, column: 1 },
                    message: unknown_plugin(plugin, plugins),
                }),
            }
        }
        match diagnostics.is_empty() {
            true => Ok(self),
            false => Err(ScenarioError {
                file: self.file,
                diagnostics,
            }),
        }
    }
}

fn unknown_plugin(plugin: &str, plugins: &[String]) -> String {
    let ids: Vec<_> = plugins.iter().map(String::as_str).collect();
    let known = ids.join(", ");
    match (plugin, suggestion(plugin, &ids)) {
        ("", _) => format!("`plugin` is missing; this shell has {known}"),
        (plugin, similar) if similar.is_empty() => {
            let plugin = plugin.escape_debug();
            format!("there is no plugin `{plugin}`; this shell has {known}")
        }
        (plugin, similar) => format!("there is no plugin `{}`{similar}", plugin.escape_debug()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plugins_must_exist_in_the_shell() {
        let text = "[[step]]\ndo = \"kill\"\n[[step]]\ndo = \"stop\"\nplugin = \"fleet-manger\"";
        let bind = |ids: &[&str]| {
            let scenario = Scenario::parse("x.toml", text).unwrap();
            let ids: Vec<_> = ids.iter().map(|id| (*id).to_owned()).collect();
            scenario.bind(&ids).map_err(|error| error.lines())
        };
        let similar =
            "x.toml:3:1: there is no plugin `fleet-manger`: did you mean `fleet-manager`?";
        assert_eq!(bind(&["fleet-manager"]).unwrap_err(), [similar]);
        let missing = "x.toml:1:1: `plugin` is missing; this shell has a, fleet-manager";
        assert_eq!(
            bind(&["a", "fleet-manager"]).unwrap_err(),
            [missing, similar]
        );
        let typo = format!("{text}\n[[step]]\ndo = \"kil\"");
        let ids = ["fleet-manager".to_owned()];
        let both = Scenario::parse_and_bind("x.toml", &typo, &ids).unwrap_err();
        let verb = "x.toml:7:6: there is no verb `kil`: did you mean `kill`?";
        assert_eq!(both.lines(), [similar, verb]);
        let bound = bind(&["fleet-manger"]).unwrap();
        assert_eq!(bound.steps[0].to_string(), "kill fleet-manger");
    }
}
