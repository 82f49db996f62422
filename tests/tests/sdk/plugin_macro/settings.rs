//! Settings with the types and defaults of the manifest.

use stratos::PluginContext;
use stratos::serde_json::{Value, json};

use super::shell::{ID, start};

#[derive(Default)]
struct Reader;

#[stratos::plugin(
    manifest = "tests/sdk/plugin_macro/settings.json",
    settings = "declared"
)]
impl Reader {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}

    #[ipc("read")]
    async fn read(&self, ctx: &PluginContext) -> stratos::Result<Value> {
        let settings = Self::settings(ctx);
        Ok(json!([
            settings.interval().await?,
            settings.interval_or(1.5).await?,
            settings.api_url().await?,
            settings.layout().await?,
            settings.unit().await? == declared::Unit::Lb,
            settings.runway().await?.map(|runway| format!("{runway:?}")),
        ]))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_settings_are_the_manifests_default_or_none() {
    let shell = start(Reader::default).await;
    let read = async || shell.control().invoke(ID, "read", json!(null)).await;
    let defaults = json!([30.0, 1.5, null, { "rows": [1, 2] }, false, null]);
    assert_eq!(read().await.unwrap(), defaults);

    for (key, value) in [
        ("interval", json!(5)),
        ("api-url", json!("https://a.b")),
        ("layout", json!([])),
        ("unit", json!("lb")),
        ("runway", json!(25.0)),
    ] {
        shell
            .control()
            .config_set(ID, key.to_owned(), value)
            .await
            .unwrap();
    }
    let stored = json!([5.0, 5.0, "https://a.b", [], true, "N25"]);
    assert_eq!(read().await.unwrap(), stored);

    for key in ["interval", "api-url", "layout", "unit", "runway"] {
        let control = shell.control();
        control
            .config_set(ID, key.to_owned(), json!(null))
            .await
            .unwrap();
    }
    let nothing = json!([30.0, 1.5, null, null, false, null]);
    assert_eq!(
        read().await.unwrap(),
        nothing,
        "`null` counts as missing except in JSON settings"
    );

    for (key, value, expected) in [
        (
            "unit",
            json!("stone"),
            "config value `unit` is \"stone\", which is none of its options: \"kg\", \"lb\"",
        ),
        (
            "interval",
            json!("5"),
            "config value `interval` is a string, which does not fit `f64`",
        ),
    ] {
        shell
            .control()
            .config_set(ID, key.to_owned(), value)
            .await
            .unwrap();
        let error = format!("{:?}", read().await.unwrap_err());
        assert!(error.replace("\\\"", "\"").contains(expected), "{error}");
    }
    shell.stop().await;
}
