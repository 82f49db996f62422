//! Background task that polls the fleet, also while no UI is open.

use std::time::{SystemTime, UNIX_EPOCH};

use stratos::PluginContext;
use stratos::tokio::select;
use stratos::tokio::sync::watch;
use stratos::tokio::time::sleep;

use crate::airline::Airline;
use crate::limits::refresh_interval;
use crate::plugin::Plugin;
use crate::status::Status;

/// Polls the airline's API until the plugin ends.
pub(crate) async fn run(ctx: PluginContext, airline: Airline, status: watch::Sender<Status>) {
    let mut logins = ctx.auth.changes();
    let mut settings = Plugin::settings(&ctx).watch();
    let Some(current) = settings.next().await else {
        return;
    };
    let mut interval = refresh_interval(&ctx, current);
    loop {
        // After a failure, the next poll tries again.
        if let Err(error) = poll(&ctx, &airline, &status).await {
            ctx.logger.error_from("poll", "Failed to sync", &*error);
        }
        select! {
            () = sleep(interval) => {}
            // A pilot who signs in sees the fleet at once.
            Some(_) = logins.next() => {}
            Some(changed) = settings.next() => interval = refresh_interval(&ctx, changed),
        }
    }
}

async fn poll(
    ctx: &PluginContext,
    airline: &Airline,
    status: &watch::Sender<Status>,
) -> stratos::Result {
    let fleet = airline.fleet().await;
    let latest = fleet.as_deref().map(Status::of).unwrap_or_default();
    status.send_replace(latest);
    ctx.ipc.send("status-update", &latest).await?;

    fleet?;
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH)?;
    ctx.config.set("last_sync", &since_1970.as_millis()).await?;
    Ok(())
}
