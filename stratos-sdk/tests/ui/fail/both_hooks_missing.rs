use stratos::PluginContext;

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    fn helper(_: PluginContext) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
