use std::cell::Cell;

use stratos::PluginContext;

struct HookContextTypeWrong;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl HookContextTypeWrong {
    async fn on_start(&self, _ctx: u32) {}

    async fn on_stop(&self, _: PluginContext) {}
}

struct HookErrorTypeNotAnError;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl HookErrorTypeNotAnError {
    async fn on_start(&self, _ctx: PluginContext) -> Result<(), u32> {
        Err(7)
    }

    async fn on_stop(&self) {}
}

struct HookReturnTypeWrong;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl HookReturnTypeWrong {
    async fn on_start(&self, _ctx: PluginContext) -> u32 {
        7
    }

    async fn on_stop(&self) {}
}

struct StateInACell {
    visits: Cell<u32>,
}

#[stratos::plugin(manifest = "tests/plugin.json")]
impl StateInACell {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

fn main() {
    let _ = stratos::serve_plugin::<HookContextTypeWrong>;
    let _ = stratos::serve_plugin::<HookErrorTypeNotAnError>;
    let _ = stratos::serve_plugin::<HookReturnTypeWrong>;
    let _ = stratos::serve_plugin::<StateInACell>;
}
