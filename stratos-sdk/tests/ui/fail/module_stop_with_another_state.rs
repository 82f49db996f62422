#[stratos::plugin(manifest = "tests/plugin.json")]
mod my_plugin {
    use stratos::PluginContext;

    pub struct State;

    pub struct Other;

    pub async fn on_start(_ctx: PluginContext) -> stratos::Result<State> {
        Ok(State)
    }

    pub async fn on_stop(_state: &Other) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<my_plugin::Plugin>()
}
