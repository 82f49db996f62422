use stratos::PluginContext;

struct MyPlugin;

#[stratos::plugin(manifest = "tests/ui/broken_settings.json")]
impl MyPlugin {
    async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
        let settings = Self::settings(&ctx);
        let interval: f64 = settings.interval().await?;
        let unit: settings::Unit = settings.unit().await?;
        let runway: settings::Runway = settings.runway().await?;
        ctx.logger.info("start", format_args!("{interval} {unit:?} {runway:?} {}", Self::ID));
        Ok(())
    }

    async fn on_stop(&self) {}
}

fn main() {}
