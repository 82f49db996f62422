//! The same plugin as an impl block, as a module and as a built value, with the same test for all three.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use stratos::Plugin;
use stratos::axum::Json;
use stratos::axum::extract::Path;
use stratos::axum::http::StatusCode;
use stratos_host::PluginState;

use super::shell::{ID, ask, start, state};

/// The counter of all forms.
#[derive(Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    fn add(&self, by: u64) -> u64 {
        self.0.fetch_add(by, Ordering::Relaxed) + by
    }
}

mod as_an_impl {
    use stratos::PluginContext;

    use super::*;

    #[derive(Default)]
    pub(crate) struct Form {
        counter: Counter,
    }

    #[stratos::plugin(manifest = "tests/sdk/plugin_macro/plugin.json")]
    impl Form {
        async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
            let before = ctx.config.get("count", 0).await?;
            self.counter.add(before);
            Ok(())
        }

        async fn on_resume(&self, ctx: &PluginContext) -> stratos::Result {
            self.on_start(ctx.clone()).await
        }

        async fn on_stop(&self, ctx: PluginContext) -> stratos::Result {
            ctx.config.set("count", &self.counter.add(0)).await?;
            Ok(())
        }

        #[ipc("add")]
        async fn add(&self, by: u64) -> u64 {
            self.counter.add(by)
        }

        #[ipc("fail")]
        async fn fail(&self) -> Result<(), String> {
            Err("as asked".to_owned())
        }

        #[get("/count")]
        async fn count(&self) -> String {
            self.counter.add(0).to_string()
        }

        #[post("/count/{by}")]
        async fn count_up(
            &self,
            Path(by): Path<u64>,
            ctx: &PluginContext,
            Json(note): Json<Value>,
        ) -> Result<Json<Value>, (StatusCode, String)> {
            let stored = ctx.config.set("note", &note).await;
            stored.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
            Ok(Json(json!({ "count": self.counter.add(by) })))
        }

        #[cfg(any())]
        #[get("/left-out")]
        async fn left_out(&self) {}
    }
}

#[stratos::plugin(manifest = "tests/sdk/plugin_macro/plugin.json")]
mod as_a_module {
    use stratos::PluginContext;

    use super::*;

    pub async fn on_start(ctx: PluginContext) -> stratos::Result<Counter> {
        let counter = Counter::default();
        counter.add(ctx.config.get("count", 0).await?);
        Ok(counter)
    }

    pub async fn on_resume(ctx: PluginContext) -> stratos::Result<Counter> {
        on_start(ctx).await
    }

    pub async fn on_stop(state: &Counter, ctx: PluginContext) -> stratos::Result {
        ctx.config.set("count", &state.add(0)).await?;
        Ok(())
    }

    #[ipc("add")]
    async fn add(state: &Counter, by: u64) -> u64 {
        state.add(by)
    }

    #[ipc("fail")]
    async fn fail() -> Result<(), String> {
        Err("as asked".to_owned())
    }

    #[get("/count")]
    async fn count(state: &Counter) -> String {
        state.add(0).to_string()
    }

    #[post("/count/{by}")]
    async fn count_up(
        state: &Counter,
        Path(by): Path<u64>,
        ctx: &PluginContext,
        Json(note): Json<Value>,
    ) -> Result<Json<Value>, (StatusCode, String)> {
        let stored = ctx.config.set("note", &note).await;
        stored.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
        Ok(Json(json!({ "count": state.add(by) })))
    }

    #[cfg(any())]
    #[get("/left-out")]
    async fn left_out() {}
}

mod by_the_builder {
    use stratos::axum::Router;
    use stratos::axum::routing::{get, post};
    use stratos::{BuiltPlugin, PluginContext, create_plugin};

    use super::*;

    pub(crate) fn plugin() -> BuiltPlugin {
        let counter = Arc::<Counter>::default();
        let begin = {
            let counter = Arc::clone(&counter);
            move |ctx: PluginContext| {
                let counter = Arc::clone(&counter);
                async move { begin(ctx, counter).await }
            }
        };
        let end = move |ctx: PluginContext| {
            let counter = Arc::clone(&counter);
            async move { Ok(ctx.config.set("count", &counter.add(0)).await?) }
        };
        create_plugin(stratos::manifest!("tests/sdk/plugin_macro/plugin.json"))
            .on_start(begin.clone())
            .on_resume(begin)
            .on_stop(end)
            .build()
            .unwrap()
    }

    async fn begin(ctx: PluginContext, counter: Arc<Counter>) -> stratos::Result {
        counter.add(ctx.config.get("count", 0).await?);
        let adder = Arc::clone(&counter);
        let add = move |by: u64| {
            let counter = Arc::clone(&adder);
            async move { Ok(counter.add(by)) }
        };
        ctx.ipc.handle("add", add).await?;
        let fail = async |_: Value| Err::<(), _>("as asked".into());
        ctx.ipc.handle("fail", fail).await?;

        let reader = Arc::clone(&counter);
        let count = async move || reader.add(0).to_string();
        // The context can be an extractor of handlers in modules too.
        let count_up =
            async move |Path(by): Path<u64>, ctx: PluginContext, Json(note): Json<Value>| {
                let stored = ctx.config.set("note", &note).await;
                stored.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
                Ok::<_, (StatusCode, String)>(Json(json!({ "count": counter.add(by) })))
            };
        let router = Router::new()
            .route("/count", get(count))
            .route("/count/{by}", post(count_up));
        ctx.server.register_router("/api/forms", router).await?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_impl_block_is_a_plugin() {
    scenario(as_an_impl::Form::default).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_is_a_plugin() {
    scenario(as_a_module::Plugin::default).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_built_plugin_is_a_plugin() {
    scenario(by_the_builder::plugin).await;
}

/// Runs a plugin through its whole lifecycle.
async fn scenario<P: Plugin>(plugin: impl Fn() -> P + Send + Sync + 'static) {
    assert_eq!(plugin().identity().id, ID);
    assert!(plugin().resumes());
    let shell = start(plugin).await;
    assert_eq!(state(&shell), PluginState::Running);
    let control = shell.control().clone();
    let call = async |channel: &str, payload: Value| control.invoke(ID, channel, payload).await;

    assert_eq!(call("add", json!(2)).await.unwrap(), json!(2));
    assert_eq!(call("add", json!(40)).await.unwrap(), json!(42));
    let wrong = full_text(&call("add", json!("two")).await.unwrap_err());
    let expected =
        "channel `add` does not take this payload: invalid type: string \"two\", expected u64";
    assert!(wrong.contains(expected), "{wrong}");
    let failed = full_text(&call("fail", json!({ "ignored": true })).await.unwrap_err());
    assert!(failed.contains("as asked"), "{failed}");

    assert_eq!(ask(&shell, "GET", "/api/forms/count", "").await.body, "42");
    let up = ask(&shell, "POST", "/api/forms/count/8", r#"{"by":"post"}"#).await;
    assert_eq!((up.status, up.json()), (200, json!({ "count": 50 })));
    let note = control.config_get(ID, "note").await.unwrap();
    assert_eq!(note, json!({ "by": "post" }));
    for (method, path, body, status) in [
        ("POST", "/api/forms/count/x", "{}", 400),
        ("POST", "/api/forms/count/1", "no JSON", 400),
        ("DELETE", "/api/forms/count", "", 405),
        ("GET", "/api/forms/left-out", "", 404),
    ] {
        let refused = ask(&shell, method, path, body).await;
        assert_eq!(refused.status, status, "{method} {path}: {refused:?}");
    }

    // A resumed generation reads the stored value, which does not exist yet.
    control.update(ID).await.unwrap();
    assert_eq!(control.plugins()[0].generation, 2);
    assert_eq!(call("add", json!(1)).await.unwrap(), json!(1));
    control.stop(ID).await.unwrap();
    assert_eq!(control.config_get(ID, "count").await.unwrap(), json!(1));
    control.start(ID).await.unwrap();
    assert_eq!(ask(&shell, "GET", "/api/forms/count", "").await.body, "1");
    shell.stop().await;
}

/// The error with its sources.
fn full_text(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
