//! The inspection after a hard landing: the next flight should not start before the pilot has confirmed it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use stratos::PluginContext;
use stratos::context::ServiceError;
use stratos::flight::StartVerdict;
use stratos::indicator::Indicator;
use stratos::tokio::sync::Mutex;

use crate::LandingDiary;
use crate::diary::{Diary, Entry};

/// Time for the pilot's answer. Without one, the next start of a flight asks again.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(300);

/// Asks for inspections, one at a time, and shows that one is due. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inspection {
    is_asking: Arc<AtomicBool>,
    /// Locked from the query to the change of the badge, so that an older query does not win.
    badge: Arc<Mutex<()>>,
}

impl Inspection {
    /// Shows or removes the badge as the diary demands. Called at the start and after each change of the diary.
    pub(crate) async fn refresh(&self, ctx: &PluginContext, diary: &Diary) {
        if let Err(error) = self.due(ctx, diary).await {
            let message = "it is not known whether an inspection is due";
            ctx.logger.error_from("inspection", message, &*error);
        }
    }

    /// The latest hard landing after which the aircraft was not inspected. The badge shows whether there is one.
    async fn due(&self, ctx: &PluginContext, diary: &Diary) -> stratos::Result<Option<Entry>> {
        let _badge = self.badge.lock().await;
        let threshold = LandingDiary::settings(ctx).hard_landing().await?;
        let due = diary.uninspected(threshold).await?;
        let shown = match &due {
            Some(entry) => {
                let tooltip = format!("{}: inspect the aircraft", entry.landing.summary());
                let badge = Indicator::warning().tooltip(tooltip);
                ctx.indicator.set(badge).await
            }
            None => ctx.indicator.clear().await,
        };
        // The veto does not depend on the badge.
        if let Err(error) = shown {
            let message = "the badge cannot be changed";
            ctx.logger.error_from("inspection", message, &error);
        }
        Ok(due)
    }

    /// Whether a flight may start. If not, the pilot is asked, and can start the flight again after the answer.
    pub(crate) async fn verdict(
        &self,
        ctx: &PluginContext,
        diary: &Diary,
    ) -> stratos::Result<StartVerdict> {
        // The setting may have changed since the last change of the diary.
        let Some(due) = self.due(ctx, diary).await? else {
            return Ok(StartVerdict::Allow);
        };
        let reason = format!(
            "{}: confirm in the dialog that the aircraft was inspected, and start again",
            due.landing.summary()
        );
        // A guard has a few seconds, and a pilot takes longer.
        self.ask(ctx, diary, due);
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
                Ok(true) => this.note(&asked, &diary, &entry).await,
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

    async fn note(&self, ctx: &PluginContext, diary: &Diary, entry: &Entry) -> stratos::Result {
        diary.set_inspected(entry.id).await?;
        ctx.logger.info("inspection", "the aircraft was inspected");
        self.refresh(ctx, diary).await;
        Ok(())
    }
}

/// Whether the pilot confirms the inspection.
async fn question(ctx: &PluginContext, entry: &Entry) -> Result<bool, ServiceError> {
    let question = format!("{}. Was the aircraft inspected?", entry.landing.summary());
    let dialog = ctx.dialog.confirm("Hard landing", question);
    dialog.timeout(ANSWER_TIMEOUT).await
}
