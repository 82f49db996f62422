//! Plugin that makes the announcements of a cabin crew.
//!
//! One task follows the flight and fills a queue, another one makes the announcements, and a third one tells the UI.

mod announcement;
mod flight_watch;
mod queue;
mod script;
mod speaker;
mod ui_updates;

use std::sync::Arc;

use stratos::PluginContext;
use stratos::axum::Json;
use stratos::axum::http::StatusCode;
use stratos::axum::response::{IntoResponse as _, Response};
use stratos::serde_json::json;

use crate::announcement::Announcement;
use crate::flight_watch::{Attach, FlightWatch};
use crate::queue::{Queue, QueueState};

/// Longest text of the pilot in characters: more does not fit into a toast.
const MAX_TEXT: usize = 200;

/// The plugin.
#[derive(Debug, Default)]
pub struct CabinCrew {
    queue: Arc<Queue>,
}

#[stratos::plugin]
impl CabinCrew {
    /// Starts the plugin, also during a flight.
    async fn on_start(&self, ctx: PluginContext) {
        self.start(&ctx, Attach::AnnouncePhase).await;
    }

    /// Starts the plugin after an update, instead of `on_start`. What waits in the old queue is lost.
    async fn on_resume(&self, ctx: PluginContext) {
        self.start(&ctx, Attach::Silently).await;
    }

    /// Does nothing, since the SDK ends the tasks of `ctx.spawn`.
    async fn on_stop(&self) {}

    /// Answers `GET http://127.0.0.1:2066/api/cabin-crew/queue`.
    #[get("/queue")]
    async fn queue(&self) -> Json<QueueState> {
        Json(self.queue.state())
    }

    /// Adds an announcement, such as `"safety"` or `{"text": "Dinner is served."}`.
    #[post("/announce")]
    async fn announce(&self, Json(announcement): Json<Announcement>) -> Response {
        let refuse = |status: StatusCode, error: String| {
            (status, Json(json!({ "success": false, "error": error }))).into_response()
        };
        if let Announcement::Text(text) = &announcement
            && !(1..=MAX_TEXT).contains(&text.trim().chars().count())
        {
            let error = format!("the text must have 1 to {MAX_TEXT} characters");
            return refuse(StatusCode::UNPROCESSABLE_ENTITY, error);
        }
        match self.queue.push(announcement) {
            Ok(()) => (StatusCode::ACCEPTED, Json(json!({ "success": true }))).into_response(),
            Err(error) => refuse(StatusCode::TOO_MANY_REQUESTS, error.to_string()),
        }
    }

    /// Common part of `on_start` and `on_resume`. With a shell that has no flights, the plugin makes the UI's announcements
    /// only.
    async fn start(&self, ctx: &PluginContext, attach: Attach) {
        let queue = || Arc::clone(&self.queue);
        match FlightWatch::attach(ctx, queue(), attach).await {
            Ok(watch) => ctx.spawn("flight", watch.follow(ctx.clone())),
            Err(error) => {
                let message = "no announcements by phase";
                ctx.logger.error_from("flight", message, &error);
            }
        }
        ctx.spawn("speaker", speaker::run(ctx.clone(), queue()));
        ctx.spawn("ui-updates", ui_updates::run(ctx.clone(), queue()));
    }
}
