//! Plugin that keeps a diary of landings in an SQLite file.
//!
//! After a hard landing, it vetoes the next flight until the pilot has confirmed an inspection.

mod debrief;
mod diary;
mod inspection;
mod landing;

use std::sync::OnceLock;

use stratos::axum::Json;
use stratos::axum::extract::Path;
use stratos::axum::http::StatusCode;
use stratos::axum::response::{IntoResponse as _, Response};
use stratos::context::Logger;
use stratos::flight::{LandingEvent, LandingKind, StartVerdict};
use stratos::notify::ToastKind;
use stratos::serde_json::json;
use stratos::{PluginContext, Result};

use crate::diary::{Diary, DiaryError};
use crate::inspection::Inspection;

/// Landings that the UI gets.
const LISTED: u32 = 500;

/// The plugin.
#[derive(Debug, Default)]
pub struct LandingDiary {
    /// The diary, or why there is none. Set at the start.
    diary: OnceLock<std::result::Result<Diary, String>>,
    inspection: Inspection,
}

#[stratos::plugin]
impl LandingDiary {
    /// Opens the diary. Without one, the plugin does the rest of its work.
    async fn on_start(&self, ctx: PluginContext) {
        let diary = match Diary::open(&ctx).await {
            Ok(diary) => {
                self.inspection.refresh(&ctx, &diary).await;
                Ok(diary)
            }
            Err(error) => {
                ctx.logger.error_from("diary", "there is no diary", &error);
                let reason = reason(&error);
                let message = format!("Landings are not kept: {reason}");
                // A shell without toasts has the line in its log.
                let _ = ctx.notify.toast(ToastKind::Error, &message).await;
                Err(reason)
            }
        };
        // The first start of this instance is its only one.
        let _ = self.diary.set(diary);
    }

    /// Opens the diary while the old version still has it open.
    async fn on_resume(&self, ctx: PluginContext) {
        self.on_start(ctx).await;
    }

    /// Does nothing: the file is closed with the plugin, and every landing is in it already.
    async fn on_stop(&self) {}

    /// Debriefs each landing when the aircraft has settled.
    #[on(landing)]
    async fn landed(&self, ctx: &PluginContext, event: LandingEvent) -> Result {
        if event.kind != LandingKind::Settled {
            return Ok(());
        }
        let report = match event.report {
            Some(report) => Some(report),
            None => ctx.flight.landing_report().await?,
        };
        let diary = self.diary().ok();
        let report = report.unwrap_or_default();
        debrief::debrief(ctx, diary, &self.inspection, &report).await
    }

    /// Vetoes a flight after a hard landing. Without a diary, no landing is known.
    #[start_guard]
    async fn may_start(&self, ctx: &PluginContext) -> Result<StartVerdict> {
        match self.diary() {
            Ok(diary) => self.inspection.verdict(ctx, diary).await,
            Err(_) => Ok(StartVerdict::Allow),
        }
    }

    /// Answers `GET http://127.0.0.1:2066/api/landing-diary/landings`.
    #[get("/landings")]
    async fn landings(&self, ctx: &PluginContext) -> Response {
        let diary = match self.diary() {
            Ok(diary) => diary,
            Err(reason) => return unavailable(reason),
        };
        match diary.list(LISTED).await {
            Ok(landings) => Json(json!({ "success": true, "data": landings })).into_response(),
            Err(error) => failed(&ctx.logger, &error),
        }
    }

    /// Removes a landing.
    #[delete("/landings/{id}")]
    async fn remove(&self, ctx: &PluginContext, Path(id): Path<i64>) -> Response {
        let diary = match self.diary() {
            Ok(diary) => diary,
            Err(reason) => return unavailable(reason),
        };
        match diary.remove(id).await {
            Ok(true) => {
                self.inspection.refresh(ctx, diary).await;
                StatusCode::NO_CONTENT.into_response()
            }
            Ok(false) => refuse(StatusCode::NOT_FOUND, "there is no such landing"),
            Err(error) => failed(&ctx.logger, &error),
        }
    }

    /// The diary, or why there is none.
    fn diary(&self) -> std::result::Result<&Diary, &str> {
        match self.diary.get() {
            Some(diary) => diary.as_ref().map_err(String::as_str),
            None => Err("the plugin has not started"),
        }
    }
}

/// The error with its causes, for the pilot.
fn reason(error: &DiaryError) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| {
        error.source()
    });
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

fn unavailable(reason: &str) -> Response {
    refuse(StatusCode::SERVICE_UNAVAILABLE, reason)
}

fn failed(logger: &Logger, error: &DiaryError) -> Response {
    logger.error_from("diary", "a request failed", error);
    refuse(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string())
}

fn refuse(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "success": false, "error": error }))).into_response()
}
