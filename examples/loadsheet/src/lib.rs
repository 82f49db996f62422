//! Plugin that fetches the pilot's flight plan for a loadsheet in the UI.
//!
//! The UI cannot fetch the plan itself, since the flight planner's server does not allow requests from other sites
//! (CORS). The background module is not subject to this restriction, so it fetches the plan and serves it to the UI.

mod ofp;
mod planner;
mod request;
mod routes;

use std::sync::Arc;

use stratos::serde_json::Value;
use stratos::{PluginBuilder, PluginContext};

use crate::planner::Planner;

/// Prefix of the plugin's routes, such as `http://127.0.0.1:2066/loadsheet/ofp?user=...`.
const PREFIX: &str = "/loadsheet";

/// Creates the plugin, for `main` and for tests.
#[must_use]
pub fn plugin() -> PluginBuilder {
    stratos::create_plugin(stratos::manifest!())
        .on_start(start)
        .on_stop(async |_ctx| Ok(()))
}

async fn start(ctx: PluginContext) -> stratos::Result {
    let planner = Arc::new(Planner::new()?);

    let router = routes::router(Arc::clone(&planner), &ctx);
    ctx.server.register_router(PREFIX, router).await?;

    // Clears the cache, for a pilot who has just changed the plan.
    ctx.ipc
        .handle("forget", move |_: Value| {
            let planner = Arc::clone(&planner);
            async move {
                planner.clear_cache().await;
                Ok(())
            }
        })
        .await?;

    ctx.logger
        .info("start", format_args!("flight plans are at {PREFIX}/ofp"));
    Ok(())
}
