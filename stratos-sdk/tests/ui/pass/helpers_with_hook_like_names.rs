//! Helpers may have names that resemble hooks.

use stratos::PluginContext;

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
        self.on_update(1);
        self.on_result();
        self.on_reset(&ctx).await;
        self.on_reload(&ctx, "fleet").await;
        Ok(())
    }

    async fn on_stop(&self) {}

    fn on_update(&self, _round: u32) {}

    fn on_result(&self) {}

    async fn on_reload(&self, _ctx: &PluginContext, _what: &str) {}

    async fn on_reset(&self, _ctx: impl Sized) {}
}

fn main() {}
