#[stratos::plugin(manifest = "tests/plugin.json")]
mod my_plugin {
    use stratos::PluginContext;

    pub async fn on_stop() {}

    pub fn name(_: PluginContext) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<my_plugin::Plugin>()
}
