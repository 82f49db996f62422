//! Printing that holds up nobody.

use std::thread;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::error::Error;
use crate::output::Output;

/// How many prints may wait, of up to 1 MiB. Whoever has more waits as well, and the shell counts what it misses
/// meanwhile.
const WAITING: usize = 16;

/// Prints from a thread of its own: whoever reads our output may stop reading at any time, and must not keep us from
/// hearing Ctrl-C.
#[derive(Debug)]
pub(crate) struct Printer {
    queue: mpsc::Sender<String>,
    failed: oneshot::Receiver<Error>,
    /// An error here means that the thread has printed everything.
    done: oneshot::Receiver<()>,
}

impl Printer {
    pub(crate) fn start(output: Output) -> Result<Self, Error> {
        let (queue, mut texts) = mpsc::channel::<String>(WAITING);
        let (fail, failed) = oneshot::channel();
        let (mark, done) = oneshot::channel();
        let print = move || {
            let _mark = mark;
            while let Some(text) = texts.blocking_recv() {
                if let Err(error) = output.line(text) {
                    // Nobody may wait for it any more.
                    let _ = fail.send(error);
                    return;
                }
            }
        };
        let thread = thread::Builder::new().name("stratos-printer".to_owned());
        let started = thread.spawn(print);
        started.map_err(|source| Error::System {
            what: "start a thread",
            source,
        })?;
        Ok(Self {
            queue,
            failed,
            done,
        })
    }

    /// Where to send what is to be printed. A closed queue means that the output is closed.
    pub(crate) fn queue(&self) -> mpsc::Sender<String> {
        self.queue.clone()
    }

    /// Waits until printing fails, if it ever does.
    pub(crate) async fn failed(&mut self) -> Error {
        match (&mut self.failed).await {
            Ok(error) => error,
            Err(_) => std::future::pending().await,
        }
    }

    /// Waits until all is printed that was sent, but not for ever.
    pub(crate) async fn finish(self, patience: Duration) {
        drop(self.queue);
        let _ = tokio::time::timeout(patience, self.done).await;
    }
}
