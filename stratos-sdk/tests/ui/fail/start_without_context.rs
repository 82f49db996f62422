use stratos::PluginContext;

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    async fn on_start(&self) {}

    async fn on_stop(&self, _: PluginContext) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
