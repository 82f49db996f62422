//! Task that makes the announcements of the queue, one after the other.

use std::sync::Arc;
use std::time::Duration;

use stratos::PluginContext;
use stratos::notify::ToastKind;
use stratos::tokio::time::sleep;

use crate::CabinCrew;
use crate::announcement::{Announcement, FlightDetails};
use crate::queue::Queue;

const CHIME: &str = "assets/audio/chime.wav";
/// Length of the chime. The shell does not tell when a sound has ended.
const CHIME_TIME: Duration = Duration::from_millis(1400);

/// Makes announcements until the plugin ends.
pub(crate) async fn run(ctx: PluginContext, queue: Arc<Queue>) {
    loop {
        let announcement = queue.next().await;
        if let Err(error) = announce(&ctx, &announcement).await {
            let message = format_args!("{announcement:?} cannot be made");
            ctx.logger.error_from("announcement", message, &*error);
        }
    }
}

async fn announce(ctx: &PluginContext, announcement: &Announcement) -> stratos::Result {
    // Read anew for each announcement, so that a change applies to those that wait.
    let settings = CabinCrew::settings(ctx).all().await?;
    if !settings.enabled {
        let message = format_args!("{announcement:?} is left out: announcements are off");
        ctx.logger.debug("settings", message);
        return Ok(());
    }
    // Before the chime, during which the flight may end.
    let details = flight_details(ctx, settings.airline_name).await;
    let text = announcement.text(settings.language, &details);
    if settings.chime {
        // Without its chime, the announcement is made nevertheless.
        match ctx.notify.play_custom_sound(CHIME).await {
            Ok(()) => sleep(CHIME_TIME).await,
            Err(error) => ctx.logger.error_from("chime", "no chime", &error),
        }
    }
    ctx.logger.info("announcement", &text);
    ctx.notify.toast(ToastKind::Info, &text).await?;
    sleep(Duration::from_secs(
        settings.pause.clamp(0, 60).unsigned_abs(),
    ))
    .await;
    Ok(())
}

/// Details of the present flight. What the shell cannot tell is left out of the announcement.
async fn flight_details(ctx: &PluginContext, airline_name: String) -> FlightDetails {
    let state = ctx.flight.state().await.unwrap_or_default();
    let plan = state.flight.map(|flight| flight.flight_plan);
    let plan = plan.unwrap_or_default();
    let airline = match airline_name.is_empty() {
        false => Some(airline_name),
        true => {
            let bound = ctx.airline.bound().await.unwrap_or_default();
            bound.map(|airline| airline.name)
        }
    };
    FlightDetails {
        airline,
        callsign: plan.callsign,
        destination: plan.arrival_icao,
    }
}
