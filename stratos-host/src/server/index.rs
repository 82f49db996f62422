//! The page `/`: the plugins with their routes and channels, as plain text.

use std::fmt::Write as _;

use axum::extract::State;

use crate::control::Control;

/// Lists the plugins, with an address for each route.
pub(super) async fn index(State(control): State<Control>) -> String {
    let origin = control.origin();
    let mut page =
        "This is the mocked Stratos shell. Plugins serve their routes here.\n".to_owned();
    // Writing into a string cannot fail.
    for plugin in control.plugins() {
        let state = plugin.state.as_str();
        let (name, id, version) = (&plugin.name, &plugin.id, &plugin.version);
        let _ = writeln!(page, "\n{name} ({id} {version}): {state}");
        if let Some(reason) = plugin.state.reason() {
            let _ = writeln!(page, "  {reason}");
        }
        for (method, path) in plugin.listed_routes() {
            let _ = writeln!(page, "  {method:<6} {origin}{path}");
        }
        if !plugin.channels.is_empty() {
            let _ = writeln!(page, "  channels: {}", plugin.channels.join(", "));
        }
    }
    page
}
