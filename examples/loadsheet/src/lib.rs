//! Fetches the pilot's flight plan for a loadsheet in the UI.
//!
//! A web page must not fetch it itself: the flight planner's server does not allow other sites to read its answers.
//! The background module is no web page, so it fetches the plan and serves it to the UI.

mod ofp;
mod planner;
mod request;
mod routes;

use std::sync::Arc;

use stratos::serde_json::Value;
use stratos::{PluginBuilder, PluginContext};

use crate::planner::Planner;

/// Where the plugin's routes begin: `http://127.0.0.1:2066{ROUTES}/ofp?user=...` is one.
const ROUTES: &str = "/loadsheet";

/// The plugin, for `main` and for tests.
#[must_use]
pub fn plugin() -> PluginBuilder {
    stratos::create_plugin(stratos::manifest!())
        .on_start(start)
        .on_stop(async |_ctx| Ok(()))
}

async fn start(ctx: PluginContext) -> stratos::Result {
    let planner = Arc::new(Planner::new()?);

    let router = routes::router(Arc::clone(&planner), &ctx);
    ctx.server.register_router(ROUTES, router).await?;

    // For the button of a pilot who has just changed the plan and does not want to wait for the cache.
    ctx.ipc
        .handle("forget", move |_: Value| {
            let planner = Arc::clone(&planner);
            async move {
                planner.forget().await;
                Ok(())
            }
        })
        .await?;

    ctx.logger
        .info("start", format_args!("flight plans are at {ROUTES}/ofp"));
    Ok(())
}
