use stratos::PluginContext;

struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

impl MyPlugin {
    #[ipc("more")]
    pub async fn more(&self) -> u32 {
        1
    }
}

fn main() {}
