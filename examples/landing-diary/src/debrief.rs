//! The work after a landing.

use std::time::Duration;

use stratos::PluginContext;
use stratos::context::ServiceError;
use stratos::flight::{EventCategory, LandingReport};

use crate::LandingDiary;
use crate::diary::Diary;
use crate::inspection::Inspection;
use crate::landing::Landing;

/// Time for the pilot's remark.
const REMARK_TIMEOUT: Duration = Duration::from_secs(120);

/// Writes a landing into the diary, the flight log and the airline's API. A part that fails is logged, and does not
/// prevent the others.
pub(crate) async fn debrief(
    ctx: &PluginContext,
    diary: Option<&Diary>,
    inspection: &Inspection,
    report: &LandingReport,
) -> stratos::Result {
    let state = ctx.flight.state().await?;
    let plan = state.flight.map(|flight| flight.flight_plan);
    let plan = plan.unwrap_or_default();
    let Some(landing) = Landing::new(report, &plan, ctx.clock.now()) else {
        ctx.logger
            .warn("landing", "the report of the landing has no rate");
        return Ok(());
    };
    let settings = LandingDiary::settings(ctx).all().await?;
    let is_hard = landing.is_hard(settings.hard_landing);
    let summary = landing.summary();
    ctx.logger.info("landing", &summary);

    if let Some(diary) = diary {
        match diary.add(landing.clone()).await {
            // Asked in a task of its own, so that the next landing does not wait for the pilot.
            Ok(id) if settings.ask_for_remark => {
                ctx.spawn("remark", ask_for_remark(ctx.clone(), diary.clone(), id));
            }
            Ok(_) => {}
            Err(error) => failed(ctx, "the landing is not in the diary", &error),
        }
        inspection.refresh(ctx, diary).await;
    }
    if let Err(error) = log(ctx, &summary, is_hard).await {
        failed(ctx, "the landing is not in the flight log", &error);
    }
    if let Err(error) = report_to_airline(ctx, &landing).await {
        failed(ctx, "the airline has no report", &*error);
    }
    Ok(())
}

async fn log(ctx: &PluginContext, summary: &str, is_hard: bool) -> Result<(), ServiceError> {
    let (category, condition) = match is_hard {
        true => (EventCategory::Warning, "HARD_LANDING"),
        false => (EventCategory::Landing, "LANDING"),
    };
    ctx.flight.log.add(category, condition, summary).await?;
    Ok(())
}

/// Sends the landing to the airline, if the pilot is bound to one.
async fn report_to_airline(ctx: &PluginContext, landing: &Landing) -> stratos::Result {
    if ctx.airline.bound().await?.is_some() {
        let response = ctx.airline.post("/api/flights", landing).await?;
        response.check()?;
        ctx.logger.info("airline", "the landing was reported");
    }
    Ok(())
}

async fn ask_for_remark(ctx: PluginContext, diary: Diary, id: i64) {
    let asked = ctx
        .prompt
        .text("Landing diary", "How was the landing?")
        .placeholder("Gusts from the left")
        .timeout(REMARK_TIMEOUT);
    let remark = match asked.await {
        Ok(remark) => remark.filter(|remark| !remark.trim().is_empty()),
        Err(error) => return failed(&ctx, "no remark", &error),
    };
    let Some(remark) = remark else { return };
    match diary.set_remark(id, remark).await {
        Ok(()) => ctx.logger.info("remark", "the remark is in the diary"),
        Err(error) => failed(&ctx, "the remark is not in the diary", &error),
    }
}

fn failed(ctx: &PluginContext, what: &str, error: &(dyn std::error::Error + 'static)) {
    ctx.logger.error_from("landing", what, error);
}
