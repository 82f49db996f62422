use std::rc::Rc;

use stratos::{PluginContext, tokio};

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    #[get("/count")]
    async fn get_count(&self) -> String {
        let count = Rc::new(7);
        tokio::task::yield_now().await;
        count.to_string()
    }

    #[ipc("count")]
    async fn count(&self) -> u32 {
        let count = Rc::new(7);
        tokio::task::yield_now().await;
        *count
    }

    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
