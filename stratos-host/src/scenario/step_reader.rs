//! Access to the keys of one step.

use crate::scenario::table_reader::{TableReader, suggestion};

/// Reads a step that has the keys of its verb.
#[derive(Debug)]
pub(super) struct StepReader<'t> {
    pub(super) keys: TableReader<'t>,
    /// Names of the scenario's mock servers.
    pub(super) servers: &'t [&'t str],
}

impl StepReader<'_> {
    /// The name in `upstream`, which may be omitted if there is only one mock server.
    pub(super) fn server(&self) -> Option<String> {
        match (self.keys.text("upstream"), self.servers) {
            (Some(name), servers) if servers.contains(&&*name) => Some(name),
            (None, [only]) if !self.keys.has("upstream") => Some((*only).to_owned()),
            (Some(name), servers) => {
                let similar = suggestion(&name, servers);
                let name = name.escape_debug();
                let text = format!("there is no `[upstream.{name}]`{similar}");
                self.keys.report("upstream", text);
                None
            }
            (None, []) => {
                let text = "there is no mock server: add a table `[upstream.NAME]`";
                self.keys.report("do", text);
                None
            }
            (None, servers) => {
                let names = servers.join("` or `");
                let text = format!("the step must name an `upstream`: `{names}`");
                self.keys.report("do", text);
                None
            }
        }
    }
}
