//! Printing to stdout on a separate thread.

use std::thread;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::error::Error;
use crate::output::Output;

/// Capacity of the queue. One text is up to 1 MiB. A sender waits while the queue is full.
const QUEUE_CAPACITY: usize = 16;

/// Prints texts from a queue to stdout on a separate thread, so that a full pipe does not block the runtime.
#[derive(Debug)]
pub(crate) struct Printer {
    queue: mpsc::Sender<String>,
    error: oneshot::Receiver<Error>,
    /// Closed when the thread ends.
    done: oneshot::Receiver<()>,
}

impl Printer {
    /// Starts the thread.
    pub(crate) fn start(output: Output) -> Result<Self, Error> {
        let (queue, mut texts) = mpsc::channel::<String>(QUEUE_CAPACITY);
        let (error_sender, error) = oneshot::channel();
        let (done_sender, done) = oneshot::channel();
        let print = move || {
            let _done = done_sender;
            while let Some(text) = texts.blocking_recv() {
                if let Err(error) = output.line(text) {
                    // The receiver is gone when the shell stops.
                    let _ = error_sender.send(error);
                    return;
                }
            }
        };
        let thread = thread::Builder::new().name("stratos-printer".to_owned());
        thread
            .spawn(print)
            .map_err(Error::system("start a thread"))?;
        Ok(Self { queue, error, done })
    }

    /// The queue of texts to print. It is closed when stdout is closed.
    pub(crate) fn queue(&self) -> mpsc::Sender<String> {
        self.queue.clone()
    }

    /// Waits for an error of printing. Never returns if there is none.
    pub(crate) async fn error(&mut self) -> Error {
        match (&mut self.error).await {
            Ok(error) => error,
            Err(_) => std::future::pending().await,
        }
    }

    /// Waits until the queue is printed, at most for `timeout`.
    pub(crate) async fn finish(self, timeout: Duration) {
        drop(self.queue);
        let _ = tokio::time::timeout(timeout, self.done).await;
    }
}
