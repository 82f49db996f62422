use stratos::flight::{PhaseSnapshot, StartVerdict};
use stratos::{PluginContext, Result};

struct Names;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl Names {
    async fn on_start(&self, _ctx: PluginContext) -> Result {
        Ok(())
    }
    async fn on_stop(&self) {}

    #[on]
    async fn without(&self) {}
    #[on(phase_changes)]
    async fn misspelt(&self) {}
    #[on(takeoff)]
    async fn unknown(&self) {}
    #[on("landing")]
    async fn quoted(&self) {}
    #[on(landing, update)]
    async fn two(&self) {}
    #[start_guard(fuel)]
    async fn named(&self) -> StartVerdict {
        StartVerdict::Allow
    }
    #[guard]
    async fn foreign(&self) -> StartVerdict {
        StartVerdict::Allow
    }
    #[on(phase_change)]
    async fn too_many(&self, _a: PhaseSnapshot, _b: PhaseSnapshot) {}
    #[on(phase_change)]
    fn blocking(&self, _change: PhaseSnapshot) {}
    #[start_guard]
    async fn told(&self, _change: PhaseSnapshot) -> StartVerdict {
        StartVerdict::Allow
    }
}

fn main() {}
