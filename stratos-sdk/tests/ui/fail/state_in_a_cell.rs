use std::cell::Cell;

use stratos::PluginContext;

#[derive(Default)]
struct MyPlugin {
    visits: Cell<u32>,
}

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
