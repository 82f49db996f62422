use stratos::PluginContext;

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    fn on_start(self) {}

    async fn on_stop<T>(&self, _: PluginContext, _: T) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
