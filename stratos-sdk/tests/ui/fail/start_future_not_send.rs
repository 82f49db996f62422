use std::sync::Mutex;

use stratos::{PluginContext, tokio};

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    async fn on_start(&self, _ctx: PluginContext) {
        let lock = Mutex::new(0);
        let guard = lock.lock();
        tokio::task::yield_now().await;
        drop(guard);
    }

    async fn on_stop(&self) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
