#[stratos::plugin(manifest = "tests/plugin.json")]
mod my_plugin {
    use stratos::PluginContext;

    pub struct State;

    pub async fn on_start(_ctx: PluginContext) -> State {
        State
    }

    pub async fn on_stop(_state: &State) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<my_plugin::Plugin>()
}
