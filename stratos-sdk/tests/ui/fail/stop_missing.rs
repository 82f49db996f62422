use stratos::PluginContext;

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    async fn on_start(&self, _ctx: PluginContext) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
