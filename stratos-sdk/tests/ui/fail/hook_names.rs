use stratos::PluginContext;

struct StartMisspelt;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl StartMisspelt {
    async fn on_strat(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

struct StartNamedStart;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl StartNamedStart {
    async fn start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

struct StartWithACapital;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl StartWithACapital {
    async fn on_Start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

struct StopNamedOnShutdown;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl StopNamedOnShutdown {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_shutdown(&self) {}
}

struct StopNamedStop;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl StopNamedStop {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn stop(&self) {}
}

struct BothHooksMissing;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl BothHooksMissing {
    fn helper(_: PluginContext) {}
}

struct ResumeInCamelCase;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl ResumeInCamelCase {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}

    async fn onResume(&self, _ctx: PluginContext) {}
}

struct ResumeNamedOnUpdate;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl ResumeNamedOnUpdate {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}

    async fn on_update(&self, _ctx: PluginContext) {}
}

fn main() {
    let _ = stratos::serve_plugin::<StartMisspelt>;
    let _ = stratos::serve_plugin::<StartNamedStart>;
    let _ = stratos::serve_plugin::<StartWithACapital>;
    let _ = stratos::serve_plugin::<StopNamedOnShutdown>;
    let _ = stratos::serve_plugin::<StopNamedStop>;
    let _ = stratos::serve_plugin::<BothHooksMissing>;
    let _ = stratos::serve_plugin::<ResumeInCamelCase>;
    let _ = stratos::serve_plugin::<ResumeNamedOnUpdate>;
}
