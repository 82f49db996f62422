//! The inspection after a hard landing: the next flight should not start before the pilot has confirmed it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use stratos::PluginContext;
use stratos::context::ServiceError;
use stratos::flight::StartVerdict;
use stratos::indicator::Indicator;

use crate::LandingDiary;
use crate::diary::{Diary, Entry};

/// Time for the pilot's answer. Without one, the next start of a flight asks again.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(300);

/// Asks for inspections, one at a time. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inspection {
    is_asking: Arc<AtomicBool>,
}

impl Inspection {
    /// Shows that an inspection is due.
    pub(crate) async fn show(ctx: &PluginContext, summary: &str) -> Result<(), ServiceError> {
        let tooltip = format!("{summary}: inspect the aircraft");
        ctx.indicator
            .set(Indicator::warning().tooltip(tooltip))
            .await
    }

    /// Whether a flight may start. If not, the pilot is asked, and can start the flight again after the answer.
    pub(crate) async fn verdict(
        &self,
        ctx: &PluginContext,
        diary: &Diary,
    ) -> stratos::Result<StartVerdict> {
        let threshold = LandingDiary::settings(ctx).hard_landing().await?;
        let Some(latest) = diary.latest().await? else {
            return Ok(StartVerdict::Allow);
        };
        if latest.inspected || !latest.landing.is_hard(threshold) {
            return Ok(StartVerdict::Allow);
        }
        let reason = format!(
            "{}: confirm in the dialog that the aircraft was inspected, and start again",
            latest.landing.summary()
        );
        // A guard has a few seconds, and a pilot takes longer.
        self.ask(ctx, diary, latest);
        Ok(StartVerdict::veto(reason))
    }

    fn ask(&self, ctx: &PluginContext, diary: &Diary, entry: Entry) {
        if self.is_asking.swap(true, Ordering::Relaxed) {
            return;
        }
        let (this, asked, diary) = (self.clone(), ctx.clone(), diary.clone());
        ctx.spawn("inspection", async move {
            let answer = question(&asked, &entry).await;
            this.is_asking.store(false, Ordering::Relaxed);
            let noted = match answer {
                Ok(true) => note(&asked, &diary, &entry).await,
                Ok(false) => {
                    let message = "the aircraft was not inspected";
                    asked.logger.info("inspection", message);
                    Ok(())
                }
                Err(error) => Err(error.into()),
            };
            if let Err(error) = noted {
                let message = "the inspection is not noted";
                asked.logger.error_from("inspection", message, &*error);
            }
        });
    }
}

/// Whether the pilot confirms the inspection.
async fn question(ctx: &PluginContext, entry: &Entry) -> Result<bool, ServiceError> {
    let question = format!("{}. Was the aircraft inspected?", entry.landing.summary());
    let dialog = ctx.dialog.confirm("Hard landing", question);
    dialog.timeout(ANSWER_TIMEOUT).await
}

async fn note(ctx: &PluginContext, diary: &Diary, entry: &Entry) -> stratos::Result {
    diary.set_inspected(entry.id).await?;
    ctx.logger.info("inspection", "the aircraft was inspected");
    ctx.indicator.clear().await?;
    Ok(())
}
