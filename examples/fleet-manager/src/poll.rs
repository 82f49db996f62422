//! Keeps the status up to date, also while no UI is open.

use std::time::{SystemTime, UNIX_EPOCH};

use stratos::PluginContext;
use stratos::tokio::select;
use stratos::tokio::sync::watch;
use stratos::tokio::time::sleep;

use crate::airline::Airline;
use crate::limits::refresh_interval;
use crate::status::Status;

/// Polls for ever; the SDK ends it together with the plugin.
pub(crate) async fn run(ctx: PluginContext, airline: Airline, status: watch::Sender<Status>) {
    let mut logins = ctx.auth.changes();
    loop {
        // A round that fails is no reason to give up.
        if let Err(error) = round(&ctx, &airline, &status).await {
            ctx.logger.error_from("poll", "Failed to sync", &*error);
        }
        // Read each time, so that a change of the setting counts from the next round on.
        let interval = refresh_interval(&ctx).await;
        select! {
            () = sleep(interval) => {}
            // Whoever signs in does not want to wait for the next round.
            Some(_) = logins.next() => {}
        }
    }
}

async fn round(
    ctx: &PluginContext,
    airline: &Airline,
    status: &watch::Sender<Status>,
) -> stratos::Result {
    let fleet = airline.fleet().await;
    let now = fleet.as_deref().map(Status::of).unwrap_or_default();
    status.send_replace(now);
    ctx.ipc.send("status-update", &now).await?;

    fleet?;
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH)?;
    ctx.config.set("last_sync", &since_1970.as_millis()).await?;
    Ok(())
}
