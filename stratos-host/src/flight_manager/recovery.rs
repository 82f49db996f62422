//! The file of a flight that the shell has not ended, so that a later run can go on with it.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use atomic_write_file::AtomicWriteFile;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stratos_flight::FlightSetup;
use stratos_protocol::flight_state::Phase;

const FILE_NAME: &str = "flight.json";

/// A simulated flight of an earlier run. Recordings, which may be large, are not kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Recovery {
    pub(super) setup: FlightSetup,
    pub(super) phase: Phase,
    /// Time since the start of the flight in milliseconds.
    pub(super) elapsed_ms: u64,
    pub(super) speed: u32,
}

impl Recovery {
    /// Form in which plugins see it (assumed).
    pub(super) fn pending(&self) -> Value {
        json!({ "flightPlan": self.setup.flight_plan(), "elapsedMs": self.elapsed_ms })
    }

    pub(super) fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed_ms)
    }
}

/// Path of the file; `None` for a shell whose state is in memory.
#[derive(Debug)]
pub(super) struct RecoveryFile(Option<PathBuf>);

impl RecoveryFile {
    pub(super) fn new(folder: Option<&Path>) -> Self {
        Self(folder.map(|folder| folder.join(FILE_NAME)))
    }

    /// The flight of an earlier run. A file that is not valid is one of another version, and counts as none.
    pub(super) fn read(&self) -> Option<Recovery> {
        let text = fs::read_to_string(self.0.as_ref()?).ok()?;
        serde_json::from_str(&text).ok()
    }

    pub(super) fn write(&self, recovery: &Recovery) -> io::Result<()> {
        use std::io::Write as _;

        let Some(path) = &self.0 else { return Ok(()) };
        let text = serde_json::to_vec(recovery)?;
        let mut file = AtomicWriteFile::open(path)?;
        file.write_all(&text)?;
        file.commit()
    }

    pub(super) fn remove(&self) {
        if let Some(path) = &self.0 {
            // A file that is left offers a flight that has ended, which the pilot can end again.
            let _ = fs::remove_file(path);
        }
    }
}
