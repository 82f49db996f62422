use stratos::PluginContext;
use stratos::axum::{Json, extract::Path};

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    #[post("/fleet/{id}")]
    async fn add(&self, _body: Json<u32>, _id: Path<u32>) {}

    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
