#[stratos::plugin(manifest = "tests/plugin.json")]
mod module_resume_with_another_state {
    use stratos::PluginContext;

    pub struct State;

    pub struct Other;

    pub async fn on_start(_ctx: PluginContext) -> stratos::Result<State> {
        Ok(State)
    }

    pub async fn on_resume(_ctx: PluginContext) -> stratos::Result<Other> {
        Ok(Other)
    }

    pub async fn on_stop() {}
}

#[stratos::plugin(manifest = "tests/plugin.json")]
mod module_stop_with_another_state {
    use stratos::PluginContext;

    pub struct State;

    pub struct Other;

    pub async fn on_start(_ctx: PluginContext) -> stratos::Result<State> {
        Ok(State)
    }

    pub async fn on_stop(_state: &Other) {}
}

fn main() {
    let _ = stratos::serve_plugin::<module_resume_with_another_state::Plugin>;
    let _ = stratos::serve_plugin::<module_stop_with_another_state::Plugin>;
}
