use stratos::PluginContext;

struct Place;

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json", prefx = "/x")]
impl MyPlugin {
    #[ipc(get-status)]
    async fn get_status(&self) {}

    #[get("fleet")]
    async fn fleet(&self) {}

    #[ipc("where")]
    async fn place(&self) -> Place {
        Place
    }

    async fn on_start(&self, _ctx: PluginContext) {}

    async fn onStop(&self) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
