//! What an update does: a new generation takes the place of the running one.

use std::sync::Arc;

use stratos_protocol::log::Level;

use crate::launch::Program;
use crate::plugin::actor::{Actor, Refusal, Requests};
use crate::plugin::lifecycle::Happening;
use crate::session::{Beginning, Ending, Session};
use crate::shell::ShellVersion;

impl Actor {
    /// Replaces the running program by its newest version (V1: after an OTA update).
    ///
    /// A build that fails changes nothing.
    pub(super) async fn update(&mut self) -> Result<(), Refusal> {
        let Some(old) = self.session.clone() else {
            return Err(Refusal::WrongState);
        };
        self.generation += 1;
        let program = self.prepare().await.map_err(Refusal::Failed)?;
        let updated = if old.resumes() && self.backend.version == ShellVersion::V1 {
            self.resume_beside(&old, program).await
        } else {
            self.replace(&old, program).await
        };
        updated.map_err(Refusal::Failed)
    }

    /// The new generation resumes while the old one serves, then takes over in one step.
    async fn resume_beside(&mut self, old: &Session, program: Program) -> Result<(), String> {
        let resumed = async {
            let session = self.open(&program).await?;
            let told = self.begin(&session, Beginning::Resume).await?;
            Ok::<_, String>((session, told))
        };
        match resumed.await {
            Ok((session, told)) => {
                old.fence();
                self.backend.traffic.switch_to(Arc::clone(&session));
                let replaced = self.good.take();
                self.settle(session, program, told).await;
                self.announce();
                self.note(Level::Info, "was updated: on_resume took over");
                self.end(old, Ending::Retire).await;
                // Its program may go only now.
                drop(replaced);
                Ok(())
            }
            Err(reason) => {
                self.backend.traffic.forget(&self.id, self.generation);
                Err(format!(
                    "was not updated, the old version still runs: {reason}"
                ))
            }
        }
    }

    /// The old generation stops, then the new one starts; requests wait meanwhile.
    async fn replace(&mut self, old: &Session, program: Program) -> Result<(), String> {
        self.session = None;
        self.happens(Happening::Stop);
        self.backend.traffic.hold(&self.id);
        // Bounded in time, and done to its end also when the shell ends meanwhile.
        self.end(old, Ending::Stop).await;
        self.happens(Happening::Stopped);
        self.happens(Happening::Start);
        let Err(reason) = self.bring_up(program, Requests::Wait).await else {
            self.note(Level::Info, "was updated: stopped and started");
            return Ok(());
        };
        self.note(Level::Error, format!("the new version {reason}"));
        self.backend.traffic.forget(&self.id, self.generation);
        let good = self
            .good
            .clone()
            .filter(|_| !self.backend.ending.is_cancelled());
        let Some(good) = good else {
            self.fail(reason.clone());
            return Err(reason);
        };
        self.generation += 1;
        match self.bring_up(good, Requests::Wait).await {
            Ok(()) => Err(format!(
                "was not updated, the last good version was started again: {reason}"
            )),
            Err(again) => {
                self.fail(again);
                Err(reason)
            }
        }
    }
}
