//! A package from which cargo builds a plugin.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use futures_util::future::{BoxFuture, FutureExt as _};
use stratos_protocol::logger::Level;
use tokio::task::spawn_blocking;

use crate::event::EventBus;
use crate::process::build_error::BuildError;
use crate::process::cargo_build::build_context::BuildContext;
use crate::process::cargo_build::build_dirs::BuildDirs;
use crate::process::cargo_build::tracked_build::TrackedBuild;
use crate::process::program_source::{ProgramSource, SourceProgram};

/// The package of one plugin.
#[derive(Debug)]
pub(in crate::process) struct CargoPackage {
    cargo_toml: PathBuf,
    context: Arc<BuildContext>,
    /// Folders to build in, after the first build.
    build_dirs: OnceLock<BuildDirs>,
}

impl CargoPackage {
    pub(in crate::process) const fn new(cargo_toml: PathBuf, context: Arc<BuildContext>) -> Self {
        Self {
            cargo_toml,
            context,
            build_dirs: OnceLock::new(),
        }
    }

    async fn build(&self, plugin: &str, events: &EventBus) -> Result<SourceProgram, BuildError> {
        let context = &self.context;
        let permit = Arc::clone(&context.permit).acquire_owned().await;
        let permit = permit.expect("the semaphore is never closed");
        let quiet = context.quiet.load(Ordering::Relaxed);
        let (tracked, args) = self.track().await;
        if tracked.as_ref().is_some_and(|tracked| tracked.waits) {
            let text = "another cargo builds in the same target folder; this build begins when it has ended";
            events.log_from_shell(plugin, Level::Info, text);
        }
        let cargo = &context.cargo;
        let built = cargo.build(&self.cargo_toml, &args, plugin, quiet, permit);
        let built = built.await;
        if let Some(tracked) = tracked {
            if let Ok(built) = &built {
                tracked.check(built.is_fresh)?;
            }
            let program = built.as_ref().ok().map(|built| built.program.clone());
            // An error means that the shell ends.
            let _ = spawn_blocking(move || tracked.end(program.as_deref())).await;
        }
        let built = built?;
        let mut programs = context.built_programs();
        programs.insert(plugin.to_owned(), built.program.clone());
        Ok(SourceProgram {
            path: built.program,
            warnings: built.warnings,
        })
    }

    /// Finds the folders to build in, and makes cargo see all changes of inputs. Returns the arguments for cargo.
    async fn track(&self) -> (Option<TrackedBuild>, Vec<OsString>) {
        let known = self.build_dirs.get().cloned();
        let (context, cargo_toml) = (Arc::clone(&self.context), self.cargo_toml.clone());
        let task = spawn_blocking(move || {
            let (options, state_dir) = (&context.cargo.options, &context.state_dir);
            let find = || {
                BuildDirs::find(
                    &options.program,
                    &cargo_toml,
                    Some(state_dir),
                    &options.args,
                )
            };
            let found = known.or_else(find);
            let dirs = found.clone();
            let dirs = dirs.unwrap_or_else(|| BuildDirs::own(state_dir, &options.args));
            let tracked =
                TrackedBuild::begin(&options.program, &cargo_toml, &dirs, Some(state_dir));
            (found, dirs.args(), tracked)
        });
        // An error means that the shell ends.
        let Ok((found, args, tracked)) = task.await else {
            return (None, Vec::new());
        };
        if let Some(found) = found {
            let _ = self.build_dirs.set(found);
        }
        (Some(tracked), args)
    }
}

impl ProgramSource for CargoPackage {
    fn builds(&self) -> bool {
        true
    }

    fn build<'a>(
        &'a self,
        plugin: &'a str,
        events: &'a EventBus,
    ) -> BoxFuture<'a, Result<SourceProgram, BuildError>> {
        self.build(plugin, events).boxed()
    }
}
