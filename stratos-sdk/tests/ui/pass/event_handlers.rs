use stratos::flight::{FlightState, LandingEvent, PhaseSnapshot, SimFrame, StartVerdict};
use stratos::{PluginContext, Result};

struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    async fn on_start(&self, _ctx: PluginContext) -> Result {
        Ok(())
    }

    async fn on_stop(&self) {}

    #[on(phase_change)]
    async fn announce(&self, change: PhaseSnapshot, ctx: &PluginContext) -> Result {
        ctx.logger.info("MyPlugin", change.current_phase);
        Ok(())
    }

    #[on(phase_change)]
    async fn count(&self) {}

    #[on(update)]
    async fn show(&self, _state: FlightState) -> Result<(), String> {
        Err("no UI".to_owned())
    }

    #[stratos::on(landing)]
    async fn judge(&self, ctx: PluginContext, _landing: LandingEvent) {
        drop(ctx);
    }

    #[on(sim_data)]
    async fn watch(&self, frame: SimFrame) {
        let _ = frame.missed;
    }

    #[start_guard]
    async fn fuel(&self, ctx: PluginContext) -> Result<StartVerdict> {
        Ok(match ctx.config.get("fuelled", false).await? {
            true => StartVerdict::Allow,
            false => StartVerdict::veto("no fuel"),
        })
    }

    #[start_guard]
    async fn always(&self) -> StartVerdict {
        StartVerdict::Allow
    }
}

#[stratos::plugin(manifest = "tests/plugin.json")]
mod module {
    use stratos::flight::{PhaseSnapshot, StartVerdict};
    use stratos::{PluginContext, Result};

    pub struct State;

    pub async fn on_start(_ctx: PluginContext) -> Result<State> {
        Ok(State)
    }

    pub async fn on_stop(_state: &State) {}

    #[on(phase_change)]
    async fn announce(_state: &State, _change: PhaseSnapshot) {}

    #[start_guard]
    async fn guard(_state: &State) -> StartVerdict {
        StartVerdict::Allow
    }
}

fn main() {}
