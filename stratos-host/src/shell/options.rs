//! Options of a shell.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::config::{AirlineConfig, Origin, Persona, PilotTable, ShellVersion};
use crate::services::{AirlineTransport, AnswerPolicy};
use crate::state_dir::StateDir;
use crate::timeouts::{AttachMode, Timeouts};

/// Options of a shell.
#[derive(Debug)]
pub struct ShellOptions {
    /// Config store and `host.json`.
    pub state: StateDir,
    /// Port on 127.0.0.1; 0 takes any free one. The real shell's port is 2066 (V1).
    pub port: u16,
    /// Name of the persona that is signed in at the start.
    pub auth: String,
    /// Personas beside the built-in ones, by name.
    pub personas: BTreeMap<String, Persona>,
    /// Origins beside the shell's own whose pages may call it.
    pub origins: Vec<Origin>,
    /// Shell version to mock, where versions differ.
    pub version: ShellVersion,
    /// Timeouts for plugins.
    pub timeouts: Timeouts,
    /// Whether crashed plugins are restarted, with growing delays. The real shell does not (V1).
    pub supervise: bool,
    /// Policy for answers to the dialogs and prompts of plugins.
    pub answers: AnswerPolicy,
    /// The airline that is bound while a user is signed in.
    pub airline: AirlineConfig,
    /// Sends requests to an airline over HTTPS; without it, its base URL must be `http`.
    pub airline_https: Option<Arc<dyn AirlineTransport>>,
    /// Facts about the pilot.
    pub pilot: PilotTable,
    /// Set while plugins are debugged: their timeouts are then unlimited, and their process ids are announced.
    pub attach: Option<AttachMode>,
    /// Real time between two frames of simulator data; plugins of the real shell see 10 to 20 a second.
    pub frame_interval: Duration,
    /// Time of day at the start, for tests with virtual time; `None` for the system's.
    pub time: Option<SystemTime>,
}

impl ShellOptions {
    /// The real shell's port, with a user signed in, and defaults for everything else.
    #[must_use]
    pub fn new(state: StateDir) -> Self {
        Self {
            state,
            port: 2066,
            auth: "signed-in".to_owned(),
            personas: BTreeMap::new(),
            origins: Vec::new(),
            version: ShellVersion::default(),
            timeouts: Timeouts::default(),
            supervise: false,
            answers: AnswerPolicy::default(),
            airline: AirlineConfig::default(),
            airline_https: None,
            pilot: PilotTable::default(),
            attach: None,
            frame_interval: Duration::from_millis(50),
            time: None,
        }
    }
}
