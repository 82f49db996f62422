use stratos::PluginContext;

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/ui/settings.json")]
impl MyPlugin {
    async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
        let _: u64 = Self::settings(&ctx).refresh_interval().await?;
        Ok(())
    }

    async fn on_stop(&self) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
