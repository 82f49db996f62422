//! The guardian: a process that outlives the shell and cleans up after it at once.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The pipe to the guardian's standard input, which closes when this process ends.
#[derive(Debug)]
pub(super) struct Guardian {
    _child: Option<Child>,
}

impl Guardian {
    /// Starts a command that calls [`run_guardian`](super::run_guardian) with the run record and its standard input.
    ///
    /// Does nothing on Windows, where the job object kills everything that the shell has started.
    pub(super) fn start(mut command: Command, record: &Path) -> io::Result<Self> {
        if cfg!(windows) {
            return Ok(Self { _child: None });
        }
        command
            .arg(record)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Own group: neither Ctrl-C in a terminal nor a kill of the shell's group reaches it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Ok(Self {
            _child: Some(command.spawn()?),
        })
    }
}
