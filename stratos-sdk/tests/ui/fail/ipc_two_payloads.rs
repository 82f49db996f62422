use stratos::PluginContext;

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    #[ipc("add")]
    async fn add(&self, a: f64, b: f64) -> f64 {
        a + b
    }

    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
