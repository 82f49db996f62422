use stratos::PluginContext;

struct Place;

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    #[ipc("where")]
    async fn place(&self) -> Place {
        Place
    }

    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
