//! The file of a flight that the shell has not ended, so that a later run can go on with it.

use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{fs, io};

use atomic_write_file::AtomicWriteFile;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stratos_flight::FlightSetup;
use stratos_protocol::flight_state::Phase;
use stratos_protocol::time::epoch_millis;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tracing::warn;

const FILE_NAME: &str = "flight.json";

/// A simulated flight of an earlier run. Recordings, which may be large, are not kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Recovery {
    pub(super) setup: FlightSetup,
    pub(super) phase: Phase,
    /// Time of the flight without pauses, in milliseconds.
    pub(super) position_ms: u64,
    pub(super) speed: u32,
    #[serde(with = "epoch_millis")]
    pub(super) started_at: Option<SystemTime>,
}

impl Recovery {
    /// Form in which plugins see it (assumed).
    pub(super) fn pending(&self) -> Value {
        json!({ "flightPlan": self.setup.flight_plan(), "elapsedMs": self.position_ms })
    }
}

/// The file of the flight; none for a shell whose state is in memory.
#[derive(Debug)]
pub(super) struct RecoveryFile {
    path: Option<PathBuf>,
    /// The content that the file is to have. A task writes the newest, so that no flight waits for the disk.
    wanted: watch::Sender<Option<Recovery>>,
}

impl RecoveryFile {
    /// Must be called within a tokio runtime.
    pub(super) fn new(folder: Option<&Path>) -> Self {
        let path = folder.map(|folder| folder.join(FILE_NAME));
        let (wanted, mut changes) = watch::channel(None);
        if let Some(path) = path.clone() {
            tokio::spawn(async move {
                while changes.changed().await.is_ok() {
                    let content = changes.borrow_and_update().clone();
                    let path = path.clone();
                    let written = spawn_blocking(move || write(&path, content.as_ref())).await;
                    if let Ok(Err(error)) = written {
                        warn!(%error, "the flight cannot be kept for a later run");
                    }
                }
            });
        }
        Self { path, wanted }
    }

    /// The flight of an earlier run. A file that is not valid is one of another version, and counts as none.
    pub(super) fn read(&self) -> Option<Recovery> {
        let text = fs::read_to_string(self.path.as_ref()?).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Has the content written soon; `None` has the file removed.
    pub(super) fn keep(&self, content: Option<Recovery>) {
        self.wanted.send_replace(content);
    }
}

fn write(path: &Path, content: Option<&Recovery>) -> io::Result<()> {
    use std::io::Write as _;

    let Some(content) = content else {
        return match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    };
    let mut file = AtomicWriteFile::open(path)?;
    file.write_all(&serde_json::to_vec(content)?)?;
    file.commit()
}
