use stratos::PluginContext;

struct StartWithoutContext;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl StartWithoutContext {
    async fn on_start(&self) {}

    async fn on_stop(&self, _: PluginContext) {}
}

struct StartNotAsync;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl StartNotAsync {
    fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

struct HookWithTwoContexts;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl HookWithTwoContexts {
    async fn on_start(&self, _ctx: PluginContext, _again: PluginContext) {}

    async fn on_stop(&self) {}
}

struct HookWithoutSelf;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl HookWithoutSelf {
    async fn on_start(_ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

struct ResumeWithoutContext;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl ResumeWithoutContext {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}

    async fn on_resume(&self) {}
}

struct SeveralMistakesInHooks;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl SeveralMistakesInHooks {
    fn on_start(self) {}

    async fn on_stop<T>(&self, _: PluginContext, _: T) {}
}

fn main() {
    let _ = stratos::serve_plugin::<StartWithoutContext>;
    let _ = stratos::serve_plugin::<StartNotAsync>;
    let _ = stratos::serve_plugin::<HookWithTwoContexts>;
    let _ = stratos::serve_plugin::<HookWithoutSelf>;
    let _ = stratos::serve_plugin::<ResumeWithoutContext>;
    let _ = stratos::serve_plugin::<SeveralMistakesInHooks>;
}
