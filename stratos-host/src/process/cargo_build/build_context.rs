//! State that the builds of one shell share.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use crate::process::cargo_build::cargo::{Cargo, CargoOptions};
use crate::process::run_record::RunRecord;

/// State that the builds of one shell share, which run one after the other.
#[derive(Debug)]
pub(in crate::process) struct BuildContext {
    pub(in crate::process) cargo: Cargo,
    pub(super) state_dir: PathBuf,
    /// Semaphore of one permit, which a build holds: one build uses all cores, and a second cargo would print that it
    /// waits for a file lock.
    pub(super) permit: Arc<Semaphore>,
    /// Whether cargo's progress is hidden.
    pub(in crate::process) quiet: AtomicBool,
    built_programs: Mutex<BTreeMap<String, PathBuf>>,
}

impl BuildContext {
    pub(in crate::process) fn new(
        options: CargoOptions,
        state_dir: PathBuf,
        run_record: Option<Arc<RunRecord>>,
    ) -> Self {
        Self {
            cargo: Cargo {
                options,
                run_record,
            },
            state_dir,
            permit: Arc::new(Semaphore::new(1)),
            quiet: AtomicBool::new(false),
            built_programs: Mutex::default(),
        }
    }

    /// The path at which cargo last built each plugin's program, by plugin id.
    pub(in crate::process) fn built_programs(&self) -> MutexGuard<'_, BTreeMap<String, PathBuf>> {
        self.built_programs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
