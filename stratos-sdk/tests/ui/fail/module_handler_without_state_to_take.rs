#[stratos::plugin(manifest = "tests/plugin.json")]
mod my_plugin {
    use stratos::PluginContext;

    pub struct State;

    pub async fn on_start(_ctx: PluginContext) {}

    #[ipc("get-status")]
    pub async fn get_status(_state: &State) {}

    pub async fn on_stop() {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<my_plugin::Plugin>()
}
