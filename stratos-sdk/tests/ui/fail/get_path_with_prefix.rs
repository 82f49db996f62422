use stratos::PluginContext;

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    #[get("/api/ui-tests/fleet")]
    async fn fleet(&self) {}

    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
