use stratos::PluginContext;

#[stratos::plugin]
struct PluginOnAStruct;

struct PluginOnATraitImpl;

#[stratos::plugin]
impl Default for PluginOnATraitImpl {
    fn default() -> Self {
        Self
    }
}

struct PluginWithALifetime<'a> {
    name: &'a str,
}

#[stratos::plugin(manifest = "tests/plugin.json")]
impl<'a> PluginWithALifetime<'a> {
    async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
        ctx.logger.info("start", Self::ID);
        Ok(())
    }

    async fn on_stop(&self) {}

    #[ipc("get-name")]
    async fn name(&self) -> String {
        self.name.to_string()
    }
}

struct PluginWithATypeParameter<T> {
    name: T,
}

#[stratos::plugin(manifest = "tests/plugin.json")]
impl<T: ToString> PluginWithATypeParameter<T> {
    async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
        ctx.logger.info("start", Self::ID);
        Ok(())
    }

    async fn on_stop(&self) {}

    #[ipc("get-name")]
    async fn name(&self) -> String {
        self.name.to_string()
    }
}

struct ConstIdAlreadyDefined;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl ConstIdAlreadyDefined {
    const ID: &'static str = "mine";

    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

#[stratos::plugin(manifest = "tests/plugin.json")]
mod module_declares_plugin_type {
    use stratos::PluginContext;

    pub struct Plugin;

    pub async fn on_start(_ctx: PluginContext) {}

    pub async fn on_stop() {}
}

struct SettingsCalledTwice;

#[stratos::plugin(manifest = "tests/ui/settings.json")]
impl SettingsCalledTwice {
    fn settings(&self) {}

    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

fn main() {
    let _ = stratos::serve_plugin::<ConstIdAlreadyDefined>;
    let _ = stratos::serve_plugin::<SettingsCalledTwice>;
}
