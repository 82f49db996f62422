#[stratos::plugin(manifest = "tests/plugin.json")]
mod my_plugin {
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

fn main() -> std::process::ExitCode {
    stratos::serve::<my_plugin::Plugin>()
}
