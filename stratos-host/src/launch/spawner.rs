//! Starts processes from a thread that lives as long as the shell.
//!
//! The parent-death signal of Linux fires when the *thread* ends that started the process, and a
//! runtime ends its threads as it likes.

use std::io;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use process_wrap::tokio::{ChildWrapper, CommandWrap};
use tokio::process::Command;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::launch::process::in_group;
use crate::launch::record::Record;

type Reply = oneshot::Sender<io::Result<Box<dyn ChildWrapper>>>;

#[derive(Debug)]
struct Job {
    command: CommandWrap,
    record: Option<Arc<Record>>,
    reply: Reply,
}

#[derive(Debug, Clone)]
pub(super) struct Spawner(mpsc::Sender<Job>);

impl Spawner {
    /// Must be called within a runtime; the thread ends with the last clone.
    pub(super) fn new() -> io::Result<Self> {
        let (sender, jobs) = mpsc::channel::<Job>();
        let runtime = Handle::current();
        thread::Builder::new()
            .name("stratos-spawner".to_owned())
            .spawn(move || {
                let _guard = runtime.enter();
                for mut job in jobs {
                    let spawned = spawn(&mut job.command);
                    if let (Ok(child), Some(record)) = (&spawned, &job.record) {
                        record.add_process(child.id());
                    }
                    // Whoever asked may have given up; then the child is dropped, and killed.
                    let _ = job.reply.send(spawned);
                }
            })?;
        Ok(Self(sender))
    }

    /// Starts it in a group of its own, and writes it down.
    pub(super) async fn spawn(
        &self,
        mut command: Command,
        record: Option<Arc<Record>>,
    ) -> io::Result<Box<dyn ChildWrapper>> {
        if let Some(record) = &record {
            record.mark(&mut command);
        }
        let (reply, spawned) = oneshot::channel();
        let job = Job {
            command: in_group(command),
            record,
            reply,
        };
        let gone = || io::Error::other("the thread that starts processes is gone");
        self.0.send(job).map_err(|_| gone())?;
        spawned.await.map_err(|_| gone())?
    }
}

/// A program that was just copied may still be open for writing in a child of another thread that
/// has not come to its `exec` yet, and Linux does not start such a program.
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
