//! `ctx.logger`

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use serde_json::{Value, json};
use stratos_protocol::limits::LOG_LINE_BYTES;
use stratos_protocol::logger::{Level, Log, truncate};
use stratos_transport::Peer;
use tokio::sync::{mpsc, oneshot};

use crate::context::Held;
use crate::error::chain;

/// Lines that wait to be sent; more are counted and dropped, since logging never waits.
const QUEUED_LINES: usize = 1024;

/// Log lines with the plugin's id (V1: `PluginLogger`). Cheap to clone.
///
/// Logging returns at once and never fails. A plugin that logs more than 1,000 lines a second loses some, and a line
/// says how many. A line is cut after 8 KiB.
///
/// `println!` and the events of [`tracing`] become log lines too: `info` and above, or what the environment variable
/// `STRATOS_LOG` says (`debug`, `warn`, ...).
///
/// ```no_run
/// # use stratos::serde_json::json;
/// # fn f(ctx: stratos::PluginContext, error: std::io::Error) {
/// ctx.logger.info("MyPlugin", "Server ready");
/// ctx.logger.warn("MyPlugin", format_args!("retry in {} s", 5));
/// ctx.logger.debug_with("MyPlugin", "Polling interval set", &json!({ "interval": 30 }));
/// ctx.logger.error_from("MyPlugin", "Failed to fetch fleet data", &error);
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Logger {
    queue: mpsc::Sender<Queued>,
    dropped: Arc<AtomicU64>,
    held: Held,
}

/// The other end of a [`Logger`].
#[derive(Debug)]
pub(crate) struct LogQueue {
    queue: mpsc::Receiver<Queued>,
    dropped: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Queued {
    Line(Log),
    /// Answered when everything before it has been handed to the connection.
    Flush(oneshot::Sender<()>),
}

impl Logger {
    pub(crate) fn new() -> (Self, LogQueue) {
        let (sender, receiver) = mpsc::channel(QUEUED_LINES);
        let dropped = Arc::<AtomicU64>::default();
        let queue = LogQueue {
            queue: receiver,
            dropped: Arc::clone(&dropped),
        };
        (
            Self {
                queue: sender,
                dropped,
                held: Held::default(),
            },
            queue,
        )
    }

    /// What only the plugin's author needs to follow what it does.
    pub fn debug(&self, tag: &str, message: impl fmt::Display) {
        self.log(Level::Debug, tag, message, None);
    }

    /// Like [`debug`](Self::debug), with data.
    pub fn debug_with(&self, tag: &str, message: impl fmt::Display, data: &impl Serialize) {
        self.log(Level::Debug, tag, message, Some(encode(data)));
    }

    /// What happens in normal operation and is worth a line, such as a connection that was made.
    pub fn info(&self, tag: &str, message: impl fmt::Display) {
        self.log(Level::Info, tag, message, None);
    }

    /// Like [`info`](Self::info), with data.
    pub fn info_with(&self, tag: &str, message: impl fmt::Display, data: &impl Serialize) {
        self.log(Level::Info, tag, message, Some(encode(data)));
    }

    /// What is wrong but does not stop the plugin from working, such as a request that it tries again.
    pub fn warn(&self, tag: &str, message: impl fmt::Display) {
        self.log(Level::Warn, tag, message, None);
    }

    /// Like [`warn`](Self::warn), with data.
    pub fn warn_with(&self, tag: &str, message: impl fmt::Display, data: &impl Serialize) {
        self.log(Level::Warn, tag, message, Some(encode(data)));
    }

    /// A failure: something that the plugin should do is not done.
    pub fn error(&self, tag: &str, message: impl fmt::Display) {
        self.log(Level::Error, tag, message, None);
    }

    /// Like [`error`](Self::error), with data.
    pub fn error_with(&self, tag: &str, message: impl fmt::Display, data: &impl Serialize) {
        self.log(Level::Error, tag, message, Some(encode(data)));
    }

    /// Like [`error`](Self::error), with the error behind it and all its causes as data.
    ///
    /// Takes a [`BoxError`](crate::BoxError) as `&*error`.
    pub fn error_from(&self, tag: &str, message: impl fmt::Display, error: &(dyn Error + 'static)) {
        let data = json!({ "error": chain(error) });
        self.log(Level::Error, tag, message, Some(data));
    }

    /// What the other parts of the same context share with it.
    pub(crate) fn held(&self) -> Held {
        self.held.clone()
    }

    /// One that does not count as a part of the context.
    #[cfg(feature = "testing")]
    pub(crate) fn apart(&self) -> Self {
        Self {
            held: Held::default(),
            ..self.clone()
        }
    }

    pub(crate) fn log(
        &self,
        level: Level,
        tag: &str,
        message: impl fmt::Display,
        data: Option<Value>,
    ) {
        let message = message.to_string();
        let line = Log {
            level,
            tag: tag.to_owned(),
            // The shell would cut it as well.
            message: truncate(&message, LOG_LINE_BYTES).unwrap_or(message),
            data,
        };
        if let Err(mpsc::error::TrySendError::Full(_)) = self.queue.try_send(Queued::Line(line)) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns once everything logged before has been handed to the connection.
    pub(crate) async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        if self.queue.send(Queued::Flush(done)).await.is_ok() {
            // An error means that the queue is gone, and with it everything to wait for.
            let _ = flushed.await;
        }
    }
}

impl LogQueue {
    /// Sends what is logged until the connection ends; loggers may live on.
    pub(crate) async fn forward(mut self, peer: &Peer) {
        loop {
            let queued = tokio::select! {
                queued = self.queue.recv() => queued,
                () = peer.closed() => None,
            };
            let Some(queued) = queued else { return };
            let dropped = self.dropped.swap(0, Ordering::Relaxed);
            if dropped > 0 && send(peer, &lost(dropped)).await.is_err() {
                return;
            }
            match queued {
                Queued::Line(log) => {
                    if send(peer, &log).await.is_err() {
                        return;
                    }
                }
                // The one who waits may have given up.
                Queued::Flush(done) => drop(done.send(())),
            }
        }
    }
}

/// A line that is too large is replaced by one that says so; an error means the connection ended.
async fn send(peer: &Peer, log: &Log) -> Result<(), stratos_transport::CallError> {
    use stratos_transport::CallError;

    match peer.notify(log).await {
        Err(CallError::TooLarge { length, .. }) => {
            let message = format!(
                "a log line of {length} bytes was dropped: {}...",
                log.message.chars().take(200).collect::<String>()
            );
            let tag = log.tag.chars().take(200).collect();
            peer.notify(&Log {
                level: log.level,
                tag,
                message,
                data: None,
            })
            .await
        }
        sent => sent,
    }
}

fn lost(dropped: u64) -> Log {
    Log {
        level: Level::Warn,
        tag: "stratos".to_owned(),
        message: format!(
            "{dropped} log lines were dropped: they came faster than they could be sent"
        ),
        data: None,
    }
}

fn encode(data: &impl Serialize) -> Value {
    serde_json::to_value(data)
        .unwrap_or_else(|error| json!({ "unserialisable": error.to_string() }))
}
