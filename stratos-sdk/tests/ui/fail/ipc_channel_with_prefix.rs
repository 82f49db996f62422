use stratos::PluginContext;

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    #[ipc("plugin:ui-tests:get-status")]
    async fn get_status(&self) {}

    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
