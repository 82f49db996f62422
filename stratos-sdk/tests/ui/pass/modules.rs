//! Plugin modules with and without state.

use stratos::Plugin as _;

#[stratos::plugin(manifest = "tests/ui/settings.json")]
mod with_state {
    use std::sync::atomic::{AtomicU32, Ordering};

    use stratos::PluginContext;

    pub struct State {
        visits: AtomicU32,
    }

    pub async fn on_start(ctx: PluginContext) -> stratos::Result<State> {
        let _ = Plugin::settings(&ctx);
        Ok(State { visits: AtomicU32::new(0) })
    }

    pub async fn on_stop(state: &State, ctx: &PluginContext) {
        ctx.logger.info("stop", state.visits.load(Ordering::Relaxed));
    }

    async fn on_resume(ctx: PluginContext) -> Result<State, std::io::Error> {
        drop(ctx);
        Ok(State { visits: AtomicU32::new(1) })
    }

    #[get("/visits")]
    async fn visits(state: &State) -> String {
        state.visits.fetch_add(1, Ordering::Relaxed).to_string()
    }

    #[ipc("visits")]
    async fn visits_by_ipc(_ctx: PluginContext, state: &State, by: u32) -> u32 {
        state.visits.fetch_add(by, Ordering::Relaxed)
    }
}

#[stratos::plugin(manifest = "tests/plugin.json")]
mod without_state {
    //! Documentation of a module is kept.

    use stratos::PluginContext;

    pub async fn on_start(_ctx: PluginContext) -> stratos::Result {
        Ok(())
    }

    pub async fn on_stop() {}

    #[ipc("ping")]
    async fn ping(_ctx: &PluginContext) -> &'static str {
        "pong"
    }
}

fn main() {
    assert!(with_state::Plugin::default().resumes());
    assert!(!without_state::Plugin::default().resumes());
    assert_eq!(with_state::Plugin::ID, without_state::Plugin::ID);
}
