//! Generated code causes no lint warnings and contains no `allow`.
#![forbid(unused_must_use, unsafe_code, dead_code, unreachable_pub)]
#![deny(missing_docs, warnings, missing_debug_implementations, unused)]

use stratos::PluginContext;
use stratos::axum::Json;

/// Plugin type with every kind of hook and handler.
#[derive(Debug, Default)]
pub struct MyPlugin;

#[stratos::plugin(manifest = "tests/ui/settings.json")]
impl MyPlugin {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}

    async fn on_resume(&self, _ctx: PluginContext) -> stratos::Result {
        Ok(())
    }

    #[ipc("double")]
    async fn double(&self, number: u32, _ctx: &PluginContext) -> stratos::Result<u32> {
        Ok(number * 2)
    }

    #[ipc("nothing")]
    async fn nothing(&self) {}

    #[get("/fleet")]
    async fn fleet(&self) -> Json<Vec<String>> {
        Json(Vec::new())
    }

    #[post("/fleet")]
    async fn add(&self, body: String) -> stratos::Result<String> {
        Ok(body)
    }
}

/// Plugin module with state.
#[stratos::plugin(manifest = "tests/ui/settings.json")]
pub mod module {
    use super::PluginContext;

    /// State of the module.
    #[derive(Debug)]
    pub struct State(u32);

    async fn on_start(_ctx: PluginContext) -> stratos::Result<State> {
        Ok(State(1))
    }

    async fn on_stop(_state: &State) {}

    #[ipc("count")]
    async fn count(state: &State) -> u32 {
        state.0
    }
}

#[stratos::plugin(manifest = "tests/ui/settings.json")]
mod private {
    use stratos::PluginContext;

    async fn on_start(_ctx: PluginContext) {}

    async fn on_stop() {}
}

fn main() {
    let _: [fn() -> std::process::ExitCode; 3] = [
        stratos::serve::<MyPlugin>,
        stratos::serve::<module::Plugin>,
        stratos::serve::<private::Plugin>,
    ];
}
