#[stratos::plugin(manifest = "tests/plugin.json")]
mod my_plugin {
    use stratos::PluginContext;

    pub struct Plugin;

    pub async fn on_start(_ctx: PluginContext) {}

    pub async fn on_stop() {}
}

fn main() {}
