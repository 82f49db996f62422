//! Handlers registered by hand beside inline handlers.

use stratos::PluginContext;
use stratos::axum::{Router, routing::get};
use stratos::serde_json::{Value, json};
use stratos_host::PluginState;

use super::shell::{ID, ask, start, state};

#[derive(Default)]
struct Both;

#[stratos::plugin(manifest = "tests/sdk/plugin_macro/plugin.json", prefix = "/forms")]
impl Both {
    async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
        let by_hand = Router::new().route("/", get(async || "by hand"));
        ctx.server.register_router("/forms/more", by_hand).await?;
        ctx.ipc
            .handle("by-hand", async |_: Value| Ok("by hand"))
            .await?;
        Ok(())
    }

    async fn on_stop(&self) {}

    #[get("/")]
    async fn index(&self) -> &'static str {
        "in place"
    }

    #[get("/fails")]
    async fn fails(&self) -> stratos::Result<&'static str> {
        let number: u32 = "one".parse()?;
        Err(format!("{number}").into())
    }

    #[ipc("in-place")]
    async fn in_place(&self) -> &'static str {
        "in place"
    }
}

#[derive(Default)]
struct SameChannel;

#[stratos::plugin(manifest = "tests/sdk/plugin_macro/plugin.json")]
impl SameChannel {
    async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
        ctx.ipc.handle("twice", async |_: Value| Ok(1)).await?;
        Ok(())
    }

    async fn on_stop(&self) {}

    #[ipc("twice")]
    async fn again(&self) -> u32 {
        2
    }
}

#[derive(Default)]
struct SamePrefix;

#[stratos::plugin(manifest = "tests/sdk/plugin_macro/plugin.json")]
impl SamePrefix {
    async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
        ctx.server
            .register_router("/api/forms", Router::new())
            .await?;
        Ok(())
    }

    async fn on_stop(&self) {}

    #[get("/")]
    async fn index(&self) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn inline_and_manual_handlers_coexist() {
    let shell = start(Both::default).await;
    for (path, body) in [("/forms", "in place"), ("/forms/more", "by hand")] {
        assert_eq!(ask(&shell, "GET", path, "").await.body, body, "{path}");
    }
    for (channel, answer) in [("in-place", "in place"), ("by-hand", "by hand")] {
        let answered = shell.control().invoke(ID, channel, json!(null)).await;
        assert_eq!(answered.unwrap(), json!(answer));
    }
    let failed = ask(&shell, "GET", "/forms/fails", "").await;
    assert_eq!(failed.status, 500);
    assert_eq!(
        failed.json(),
        json!({ "error": "invalid digit found in string", "code": "handler-failed" })
    );
    shell.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_with_an_inline_and_a_manual_handler_is_an_error() {
    let shell = start(SameChannel::default).await;
    let PluginState::Errored { reason } = state(&shell) else {
        panic!("{:?}", state(&shell));
    };
    let expected = "channel `twice` has two handlers: `#[ipc(\"twice\")]` on `again`, and one that was registered \
                    with `ctx.ipc.handle`; remove one of them";
    assert!(reason.contains(expected), "{reason}");
    shell.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefix_with_inline_and_manual_routes_is_an_error() {
    let shell = start(SamePrefix::default).await;
    let PluginState::Errored { reason } = state(&shell) else {
        panic!("{:?}", state(&shell));
    };
    let expected = "two routers have the prefix `/api/forms`: the one of `#[get(...)]` and similar attributes, and one that was \
                    registered with `ctx.server.register_router`; give the latter a longer prefix, such as \
                    `/api/forms/more`, or the former another one with `#[stratos::plugin(prefix = \"...\")]`";
    assert!(reason.contains(expected), "{reason}");
    shell.stop().await;
}
