use stratos::PluginContext;

struct ManifestMissing;

#[stratos::plugin(manifest = "nowhere/plugin.json")]
impl ManifestMissing {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

struct ManifestMisspelt;

#[stratos::plugin(manfest = "tests/plugin.json")]
impl ManifestMisspelt {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

struct ManifestNotQuoted;

#[stratos::plugin(manifest = tests/plugin.json)]
impl ManifestNotQuoted {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

struct ManifestTwice;

#[stratos::plugin(manifest = "tests/plugin.json", manifest = "tests/plugin.json")]
impl ManifestTwice {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

struct ManifestWithoutName;

#[stratos::plugin("tests/plugin.json")]
impl ManifestWithoutName {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

struct ManifestWithoutValue;

#[stratos::plugin(manifest)]
impl ManifestWithoutValue {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

struct UnknownArgument;

#[stratos::plugin(manifest = "tests/plugin.json", version = "1.0.0")]
impl UnknownArgument {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

struct PrefixReserved;

#[stratos::plugin(manifest = "tests/plugin.json", prefix = "/__stratos/x")]
impl PrefixReserved {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

struct PrefixWithoutRoutes;

#[stratos::plugin(manifest = "tests/plugin.json", prefix = "/loadsheet")]
impl PrefixWithoutRoutes {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

struct PrefixWithoutSlash;

#[stratos::plugin(manifest = "tests/plugin.json", prefix = "loadsheet")]
impl PrefixWithoutSlash {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

struct SettingsNamedWithoutAnyDeclared;

#[stratos::plugin(manifest = "tests/plugin.json", settings = "my_settings")]
impl SettingsNamedWithoutAnyDeclared {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

struct SettingsNotAnIdentifier;

#[stratos::plugin(manifest = "tests/ui/settings.json", settings = "my-settings")]
impl SettingsNotAnIdentifier {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

fn main() {
    let _ = stratos::serve_plugin::<ManifestMisspelt>;
    let _ = stratos::serve_plugin::<ManifestNotQuoted>;
    let _ = stratos::serve_plugin::<ManifestTwice>;
    let _ = stratos::serve_plugin::<ManifestWithoutName>;
    let _ = stratos::serve_plugin::<ManifestWithoutValue>;
    let _ = stratos::serve_plugin::<UnknownArgument>;
    let _ = stratos::serve_plugin::<PrefixReserved>;
    let _ = stratos::serve_plugin::<PrefixWithoutRoutes>;
    let _ = stratos::serve_plugin::<PrefixWithoutSlash>;
    let _ = stratos::serve_plugin::<SettingsNamedWithoutAnyDeclared>;
    let _ = stratos::serve_plugin::<SettingsNotAnIdentifier>;
}
