//! A thread that spawns all processes and lives as long as the shell.
//!
//! Linux sends the parent-death signal when the *thread* that spawned a process ends, and tokio ends idle threads.

use std::io;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use process_wrap::tokio::{ChildWrapper, CommandWrap};
use tokio::process::Command;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::process::process_group::in_process_group;
use crate::process::run_record::RunRecord;

/// A request to the spawner thread.
#[derive(Debug)]
struct SpawnRequest {
    command: CommandWrap,
    record: Option<Arc<RunRecord>>,
    reply: oneshot::Sender<io::Result<Box<dyn ChildWrapper>>>,
}

/// A handle to the spawner thread. The thread ends with the last clone.
#[derive(Debug, Clone)]
pub(super) struct Spawner(mpsc::Sender<SpawnRequest>);

impl Spawner {
    /// Starts the thread. Must be called within a tokio runtime.
    pub(super) fn new() -> io::Result<Self> {
        let (sender, requests) = mpsc::channel::<SpawnRequest>();
        let runtime = Handle::current();
        thread::Builder::new()
            .name("stratos-spawner".to_owned())
            .spawn(move || {
                let _runtime = runtime.enter();
                for mut request in requests {
                    let spawned = spawn(&mut request.command);
                    if let (Ok(child), Some(record)) = (&spawned, &request.record) {
                        record.add_process(child.id());
                    }
                    // When the caller was cancelled, the child is dropped, which kills it.
                    let _ = request.reply.send(spawned);
                }
            })?;
        Ok(Self(sender))
    }

    /// Spawns a process in its own process group and adds it to the run record.
    pub(super) async fn spawn(
        &self,
        mut command: Command,
        record: Option<Arc<RunRecord>>,
    ) -> io::Result<Box<dyn ChildWrapper>> {
        if let Some(record) = &record {
            record.mark(&mut command);
        }
        let (reply, spawned) = oneshot::channel();
        let request = SpawnRequest {
            command: in_process_group(command),
            record,
            reply,
        };
        let ended = || io::Error::other("the thread that spawns processes has ended");
        self.0.send(request).map_err(|_| ended())?;
        spawned.await.map_err(|_| ended())?
    }
}

/// Spawns a process, for up to a second while the program is open for writing.
///
/// A child that another thread has just forked may have inherited the descriptor of the copied program and not called
/// `exec` yet; until then Linux refuses to start the program (`ETXTBSY`).
fn spawn(command: &mut CommandWrap) -> io::Result<Box<dyn ChildWrapper>> {
    for _ in 0..100 {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                thread::sleep(Duration::from_millis(10));
            }
            spawned => return spawned,
        }
    }
    command.spawn()
}
