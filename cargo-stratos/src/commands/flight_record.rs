//! `cargo stratos flight record`

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use crate::commands::shell_args::ShellArgs;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::escape;
use crate::stop_signals::StopSignals;

/// Records the flight into a new file.
pub(super) fn record(cx: &Context, shell: ShellArgs, path: &Path) -> Result<Outcome, Error> {
    let failed = |source| Error::Recording {
        path: path.to_owned(),
        source,
    };
    if path.exists() {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    }
    let mut frames = 0_u64;
    let mut file = None;
    let recorded = shell.with_client(cx, async |client| {
        let mut signals = match StopSignals::listen() {
            Ok(signals) => signals,
            Err(error) => return Ok(Err(error)),
        };
        let write = |line: &[u8]| -> io::Result<()> {
            // Created with the first frame, so that a shell without a flight leaves no empty file.
            let file = match &mut file {
                Some(file) => file,
                none => none.insert(BufWriter::new(File::create_new(path)?)),
            };
            frames += 1;
            file.write_all(line)
        };
        tokio::select! {
            recorded = client.record_flight(write) => Ok(recorded?.map_err(failed)),
            _ = signals.recv() => Ok(Ok(())),
        }
    })?;
    recorded?;
    if let Some(mut file) = file {
        file.flush().map_err(failed)?;
    }
    let path = path.display().to_string();
    match frames {
        0 => cx.output.note("nothing was recorded"),
        _ => cx
            .output
            .note(format_args!("{frames} frames are in {}", escape(&path))),
    }
    Ok(Outcome::Success)
}
