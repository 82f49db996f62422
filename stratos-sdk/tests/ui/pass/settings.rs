//! Accessors of all types of settings.

use stratos::context::ConfigError;
use stratos::serde_json::Value;
use stratos::PluginContext;

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/ui/settings.json", settings = "declared")]
impl MyPlugin {
    async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
        Ok(Self::read(&ctx).await?)
    }

    async fn on_stop(&self) {}
}

impl MyPlugin {
    async fn read(ctx: &PluginContext) -> Result<(), ConfigError> {
        let settings = Self::settings(ctx);
        let _: bool = settings.enabled().await?;
        let _: Option<String> = settings.api_url().await?;
        let _: String = settings.api_url_or("https://x".to_owned()).await?;
        let _: String = settings.notes().await?;
        let _: f64 = settings.refresh_interval().await?;
        let _: Option<f64> = settings.volume().await?;
        match settings.weight_unit().await? {
            declared::WeightUnit::Kg => {}
            declared::WeightUnit::Lb => {}
        }
        let _: Option<declared::Runway> = settings.runway().await?;
        let _ = settings.runway_or(declared::Runway::N25).await?;
        let _: String = settings.callsign().await?;
        let _: Option<String> = settings.since().await?;
        let _: Value = settings.r#type().await?;
        let all: declared::Snapshot = settings.all().await?;
        let _: (bool, Option<String>, String) = (all.enabled, all.api_url, all.notes);
        let _: (f64, Option<f64>, i64) = (all.refresh_interval, all.volume, all.rows);
        let _: (declared::WeightUnit, Option<declared::Runway>) = (all.weight_unit, all.runway);
        let _: Value = all.r#type;
        let mut watch: stratos::SettingsWatch<declared::Snapshot> = settings.watch();
        let _: Option<Result<declared::Snapshot, ConfigError>> = watch.next().await;
        let _: i64 = settings.rows().await?;
        let _: i64 = settings.rows_or(4).await?;
        Ok(())
    }
}

fn main() {
    fn is_send<T: Send>(_: impl FnOnce(PluginContext) -> T) {}
    is_send(|ctx| async move { MyPlugin::read(&ctx).await });
    let _ = |ctx: &PluginContext| declared::Settings::from(ctx);
}
