//! Settings with the types and defaults of the manifest.

use stratos::PluginContext;
use stratos::context::ConfigError;
use stratos::serde_json::{Value, json};
use stratos::testing::{StartError, TestShell};

use crate::test_shell::panic_message;

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
            settings.rows().await?,
            settings.seats_or(8).await?,
            settings.api_url().await?,
            settings.layout().await?,
            settings.unit().await? == declared::Unit::Lb,
            settings.runway().await?.map(|runway| format!("{runway:?}")),
        ]))
    }

    #[ipc("read-all")]
    async fn read_all(&self, ctx: &PluginContext) -> Result<Value, ConfigError> {
        let all = Self::settings(ctx).all().await?;
        let (interval, rows, seats): (f64, i64, Option<i64>) = (all.interval, all.rows, all.seats);
        let runway = all.runway.map(|runway| format!("{runway:?}"));
        let is_lb = all.unit == declared::Unit::Lb;
        Ok(json!([
            interval,
            rows,
            seats,
            all.api_url,
            all.layout,
            is_lb,
            runway
        ]))
    }

    #[ipc("read-as-json")]
    async fn read_as_json(&self, ctx: &PluginContext) -> Result<declared::Snapshot, ConfigError> {
        Self::settings(ctx).all().await
    }

    #[ipc("read-rows-as-text")]
    async fn read_rows_as_text(&self, ctx: &PluginContext) -> Result<String, ConfigError> {
        ctx.config.get("rows", String::new()).await
    }

    #[ipc("read-rows-as-byte")]
    async fn read_rows_as_byte(&self, ctx: &PluginContext) -> Result<u8, ConfigError> {
        ctx.config.get("rows", 0).await
    }
}

#[tokio::test]
async fn settings_that_are_not_set_are_the_manifests_default_or_none() {
    let shell = TestShell::new(Reader::default).in_memory().start().await;
    let read = async || -> Value { shell.invoke("read", ()).await.unwrap() };
    let read_all = async || -> Value { shell.invoke("read-all", ()).await.unwrap() };
    let defaults = json!([30.0, 1.5, 3, 8, null, { "rows": [1, 2] }, false, null]);
    assert_eq!(read().await, defaults);
    let defaults = json!([30.0, 3, null, null, { "rows": [1, 2] }, false, null]);
    assert_eq!(read_all().await, defaults);

    shell.set_config("interval", 5).await;
    shell.set_config("rows", 7.0).await;
    shell.set_config("seats", 4).await;
    shell.set_config("api-url", "https://a.b").await;
    shell.set_config("layout", json!([])).await;
    shell.set_config("unit", "lb").await;
    shell.set_config("runway", 25.0).await;
    let stored = json!([5.0, 5.0, 7, 4, "https://a.b", [], true, "N25"]);
    assert_eq!(read().await, stored);
    let stored = json!([5.0, 7, 4, "https://a.b", [], true, "N25"]);
    assert_eq!(read_all().await, stored);

    for key in [
        "interval", "rows", "seats", "api-url", "layout", "unit", "runway",
    ] {
        shell.set_unchecked_config(key, json!(null)).await;
    }
    let nothing = json!([30.0, 3, null, null, null, false, null]);
    assert_eq!(
        read_all().await,
        nothing,
        "`null` counts as missing except in JSON settings"
    );
    shell.stop().await.assert_clean();
}

#[tokio::test]
async fn settings_and_options_are_json_with_the_manifests_keys_and_values() {
    let shell = TestShell::new(Reader::default).in_memory().start().await;
    let read = async || -> Value { shell.invoke("read-as-json", ()).await.unwrap() };
    let defaults = json!({
        "interval": 30.0, "rows": 3, "seats": null, "api-url": null, "layout": { "rows": [1, 2] },
        "unit": "kg", "runway": null,
    });
    assert_eq!(read().await, defaults);
    shell.set_config("unit", "lb").await;
    shell.set_config("runway", 25).await;
    let stored = read().await;
    assert_eq!(
        (&stored["unit"], &stored["runway"]),
        (&json!("lb"), &json!(25))
    );
    assert_eq!(declared::Unit::Lb.as_str(), "lb");
    assert_eq!(declared::Runway::N25.as_str(), "25");
    shell.stop().await.assert_clean();
}

#[tokio::test]
async fn stored_values_that_no_longer_fit_are_told_in_the_manifests_words() {
    let shell = TestShell::new(Reader::default).in_memory().start().await;
    for (key, value, expected) in [
        (
            "unit",
            json!("stone"),
            "the setting `unit` takes one of \"kg\", \"lb\", but \"stone\" is stored; \
             `cargo stratos config set forms unit VALUE` changes it, `cargo stratos config delete forms unit` removes it",
        ),
        (
            "interval",
            json!("5"),
            "the setting `interval` takes a number, but \"5\" is stored; ",
        ),
        (
            "rows",
            json!(3.5),
            "the setting `rows` takes a whole number from 1 to 20, but 3.5 is stored; ",
        ),
    ] {
        shell.set_unchecked_config(key, value).await;
        for channel in ["read", "read-all"] {
            let error = shell.invoke::<Value>(channel, ()).await.unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
        shell.set_unchecked_config(key, json!(null)).await;
    }
    let error = async |channel: &str| {
        let error = shell.invoke::<Value>(channel, ()).await.unwrap_err();
        error.to_string()
    };
    shell.set_unchecked_config("rows", "many").await;
    let setting = "the setting `rows` takes a whole number from 1 to 20, but \"many\" is stored; ";
    for channel in ["read-rows-as-text", "read-rows-as-byte"] {
        // A text is what the first handler wants, and is still none that the setting takes.
        let answer = shell.invoke::<Value>(channel, ()).await;
        match channel {
            "read-rows-as-text" => assert_eq!(answer.unwrap(), "many"),
            _ => assert!(answer.unwrap_err().to_string().contains(setting)),
        }
    }
    shell.set_config("rows", 20).await;
    let own = "the setting `rows` takes a whole number from 1 to 20, but is read as `String`, which the stored 20 does \
               not fit";
    let found = error("read-rows-as-text").await;
    assert!(found.contains(own), "{found}");
    shell.stop().await.assert_clean();
}

#[tokio::test]
async fn the_test_shell_sets_what_the_settings_page_would_store() {
    let start = async |key: &str, value: Value| {
        let shell = TestShell::new(Reader::default)
            .in_memory()
            .config(key, value);
        shell.try_start().await.map(|_| ())
    };
    start("rows", json!(20)).await.unwrap();
    for (key, value, expected) in [
        (
            "row",
            json!(3),
            "the manifest has no setting `row`; did you mean `rows`? its settings are interval, rows, seats, api-url, \
             layout, unit, runway",
        ),
        (
            "rows",
            json!(99999),
            "the setting `rows` takes a whole number from 1 to 20, not 99999",
        ),
        (
            "unit",
            json!("klingon"),
            "the setting `unit` takes one of \"kg\", \"lb\", not the text \"klingon\"",
        ),
    ] {
        let error = start(key, value).await.unwrap_err();
        let StartError::Setting { plugin, source } = &error else {
            panic!("{error}");
        };
        assert_eq!(
            (plugin.as_str(), source.to_string().as_str()),
            ("forms", expected)
        );
        assert!(error.to_string().contains("`unchecked_config`"), "{error}");
    }
    let shell = TestShell::new(Reader::default).in_memory();
    let shell = shell.unchecked_config("row", 3).start().await;
    assert_eq!(shell.config_value("row").await, Some(3));
    shell.set_unchecked_config("last_sync", 1).await;
    assert_eq!(shell.config_value("last_sync").await, Some(1));
    let at = format!(", at {}:", file!());
    let refused = panic_message(shell.set_config("rows", "3")).await;
    let expected = "the setting `rows` takes a whole number from 1 to 20, not the text \"3\"; did you mean `3`? \
                    `set_unchecked_config` stores it without the check";
    assert_eq!(
        refused.split_once(&at).map(|(text, _)| text),
        Some(expected)
    );
    let unreadable = panic_message(shell.config_value::<bool>("row")).await;
    assert!(unreadable.contains(&at), "{unreadable}");
}

#[tokio::test]
async fn a_scenario_sets_what_the_settings_page_would_store() {
    let shell = TestShell::new(Reader::default).in_memory().start().await;
    let steps = r#"
        [[step]]
        do = "config-set"
        key = "rows"
        value = 21
        fails = "takes a whole number from 1 to 20, not 21; `force = true` stores"
        [[step]]
        do = "config-set"
        key = "rows"
        value = "3"
        fails = "did you mean `3`? `force = true` stores"
        [[step]]
        do = "config-set"
        key = "rowz"
        value = 3
        fails = "did you mean `rows`?"
        [[step]]
        do = "config-set"
        key = "rows"
        value = 20
        [[step]]
        do = "config-set"
        key = "last_sync"
        value = 5
        force = true
    "#;
    shell.play_str(steps).await.assert_held();
    assert_eq!(shell.config_value("rows").await, Some(20));
    assert_eq!(shell.config_value("last_sync").await, Some(5));
    let server =
        "[upstream.planner]\nconfig = { key = \"api_ulr\" }\n[[step]]\ndo = \"note\"\ntext = \"x\"";
    let refused = panic_message(async {
        shell.play_str(server).await.assert_held();
    });
    let refused = refused.await;
    assert!(
        refused.contains("the manifest has no setting `api_ulr`; did you mean `api-url`?"),
        "{refused}"
    );
}
