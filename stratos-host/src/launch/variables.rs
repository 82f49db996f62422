//! What plugins find in their environment beside what the shell has in its own.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::{Mutex, PoisonError};

use tokio::process::Command;

use crate::settings::Environment;

#[derive(Debug, Default)]
pub(super) struct Variables {
    /// By `stratos.toml`, which may change.
    settings: Mutex<Environment>,
    /// By whoever started the shell, which counts more.
    pub(super) given: BTreeMap<String, OsString>,
}

impl Variables {
    pub(super) fn set(&self, settings: Environment) {
        *self.settings.lock().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    pub(super) fn add_to(&self, command: &mut Command) {
        let settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        command.envs(&*settings).envs(&self.given);
    }
}
