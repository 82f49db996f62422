use stratos::PluginContext;

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    async fn on_start(&self, _ctx: u32) {}

    async fn on_stop(&self, _: PluginContext) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
