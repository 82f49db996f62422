use stratos::PluginContext;

struct MyPlugin<'a> {
    name: &'a str,
}

#[stratos::plugin(manifest = "tests/plugin.json")]
impl<'a> MyPlugin<'a> {
    async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
        ctx.logger.info("start", Self::ID);
        Ok(())
    }

    async fn on_stop(&self) {}

    #[ipc("get-name")]
    async fn name(&self) -> String {
        self.name.to_string()
    }
}

fn main() {}
