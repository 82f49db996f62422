use stratos::PluginContext;

struct MyPlugin;

#[stratos::plugin(manifest = "tests/ui/broken.json")]
impl MyPlugin {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

fn main() {}
