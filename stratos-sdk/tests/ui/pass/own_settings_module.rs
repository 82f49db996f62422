//! The author's module `settings` shadows the generated one, which can have another name.

use stratos::PluginContext;

mod settings {
    pub const MINE: u32 = 1;
}

#[derive(Default)]
struct First;

#[stratos::plugin(manifest = "tests/ui/settings.json")]
impl First {
    async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
        let _: f64 = Self::settings(&ctx).refresh_interval_or(f64::from(settings::MINE)).await?;
        Ok(())
    }

    async fn on_stop(&self) {}
}

#[derive(Default)]
struct Second;

#[stratos::plugin(manifest = "tests/ui/settings.json", settings = "second")]
impl Second {
    async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
        let _: second::WeightUnit = Self::settings(&ctx).weight_unit_or(second::WeightUnit::Kg).await?;
        Ok(())
    }

    async fn on_stop(&self) {}
}

/// Imports another module `settings` by a glob, so the argument must rename the generated one.
#[stratos::plugin(manifest = "tests/ui/settings.json", settings = "third")]
mod third_plugin {
    use super::*;

    async fn on_start(ctx: PluginContext) -> stratos::Result {
        let or = third::WeightUnit::Kg;
        let _: third::WeightUnit = Plugin::settings(&ctx).weight_unit_or(or).await?;
        let _: u32 = settings::MINE;
        Ok(())
    }

    async fn on_stop() {}
}

fn main() {}
