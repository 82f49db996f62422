//! The names of the attributes do not conflict with imports of axum's functions.

use stratos::axum::Router;
use stratos::axum::routing::{delete, get, post};
use stratos::*;

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    async fn on_start(&self, ctx: PluginContext) -> Result {
        let router = Router::new().route("/a", get(async || "a").post(async || "b"));
        let router = router.route("/b", post(async || "c")).route("/c", delete(async || "d"));
        Ok(ctx.server.register_router("/more", router).await?)
    }

    async fn on_stop(&self) {}

    #[get("/fleet")]
    async fn get(&self) -> &'static str {
        "fleet"
    }

    #[stratos::post("/fleet")]
    async fn post(&self) {}
}

fn main() {}
