//! Shows a virtual airline's fleet: a route asks the airline's API, and a poll keeps the UI up to date.

mod airline;
mod demo_api;
mod poll;
mod routes;
mod settings;
mod status;

use stratos::PluginContext;
use stratos::serde_json::Value;
use stratos::tokio::sync::watch;

use crate::airline::Airline;
use crate::status::Status;

/// Where the plugin's routes begin: `http://127.0.0.1:2066{ROUTES}/fleet` is one.
const ROUTES: &str = "/api/fleet-manager";

/// The plugin, with what it remembers while it runs.
#[derive(Debug, Default)]
pub struct FleetManager {
    /// What the latest poll found: the poll writes it, the channel `get-status` reads it.
    status: watch::Sender<Status>,
}

#[stratos::plugin]
impl FleetManager {
    /// The shell calls this once. An error marks the plugin as errored, and others still run.
    async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
        self.begin(&ctx).await?;
        ctx.logger
            .info("start", format_args!("the fleet is at {ROUTES}/fleet"));
        Ok(())
    }

    /// After an update, the shell calls this on the new version instead of `on_start`.
    ///
    /// It runs in a process of its own, so what the old version remembered is gone; config values are still there.
    async fn on_resume(&self, ctx: PluginContext) -> stratos::Result {
        self.begin(&ctx).await?;
        let last_sync: Option<u64> = ctx.config.get_option("last_sync").await?;
        ctx.logger
            .info_with("resume", "updated; the last sync was", &last_sync);
        Ok(())
    }

    /// Nothing is left to do here: the SDK ends what `ctx.spawn` has started, so the polling stops by itself.
    async fn on_stop(&self) {}
}

impl FleetManager {
    /// What a start and a resume have in common.
    async fn begin(&self, ctx: &PluginContext) -> stratos::Result {
        let api_url = match settings::api_url(ctx).await? {
            Some(url) => url,
            None => demo_api::start(ctx).await?,
        };
        let airline = Airline::new(&api_url, ctx.auth.clone())?;

        let router = routes::router(airline.clone(), ctx.logger.clone());
        ctx.server.register_router(ROUTES, router).await?;

        // A UI that opens later has missed the pushes, so it can also ask.
        let status = self.status.subscribe();
        ctx.ipc
            .handle("get-status", move |_: Value| {
                let now = *status.borrow();
                async move { Ok(now) }
            })
            .await?;

        ctx.spawn("poll", poll::run(ctx.clone(), airline, self.status.clone()));
        Ok(())
    }
}
