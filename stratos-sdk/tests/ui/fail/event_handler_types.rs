use stratos::flight::LandingEvent;
use stratos::{PluginContext, Result};

struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    async fn on_start(&self, _ctx: PluginContext) -> Result {
        Ok(())
    }
    async fn on_stop(&self) {}

    #[on(phase_change)]
    async fn wrong_event(&self, _landing: LandingEvent) {}

    #[on(landing)]
    async fn wrong_answer(&self, _landing: LandingEvent) -> u32 {
        1
    }

    #[start_guard]
    async fn wrong_verdict(&self) -> bool {
        true
    }
}

fn main() {}
