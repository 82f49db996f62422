//! A process that outlives the shell, to clean up after it at once.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use stratos_transport::guard::Guard;

/// Holds the guardian's lifeline, which breaks with this process.
#[derive(Debug)]
pub(super) struct Guardian {
    _child: Option<Child>,
}

impl Guardian {
    /// The command is to call [`outlive`](super::outlive) with this record and its standard input.
    ///
    /// On Windows it would end with the shell, as all that the shell starts does: there is nothing to clean up.
    pub(super) fn start(mut command: Command, record: &Path) -> io::Result<Self> {
        if cfg!(windows) || !Guard::Guardian.is_on() {
            return Ok(Self { _child: None });
        }
        command
            .arg(record)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Neither Ctrl-C in a terminal nor the end of a group may reach it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Ok(Self {
            _child: Some(command.spawn()?),
        })
    }
}
