//! `ctx.logger`: log lines.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use serde_json::{Value, json};
use stratos_protocol::ProtocolVersion;
use stratos_protocol::excerpt::excerpt;
use stratos_protocol::limits::LOG_LINE_BYTES;
use stratos_protocol::logger::{Level, Log, LogDropped, truncate};
use stratos_transport::{CallError, Peer};
use tokio::sync::{mpsc, oneshot};

use crate::error::chain;

/// Capacity of the queue to the shell, in lines. Lines beyond it are counted and dropped, since logging never waits.
const QUEUE_CAPACITY: usize = 1024;
/// Length of the excerpt of a log line that is too large to send, in characters.
const EXCERPT_CHARS: usize = 200;

/// Writes log lines with the plugin's id (V1: `PluginLogger`). Cheap to clone.
///
/// Logging returns at once and never fails. If a plugin logs more than 1,000 lines per second, the excess is dropped,
/// and a line reports how many. A message longer than 8 KiB is truncated.
///
/// `println!` and the events of [`tracing`] become log lines too: `info` and above, or the level that the environment
/// variable `STRATOS_LOG` sets (`debug`, `warn`, ...).
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
pub struct Logger(Arc<Sender>);

#[derive(Debug, Clone)]
struct Sender {
    queue: mpsc::Sender<Entry>,
    counters: Arc<Counters>,
}

#[derive(Debug, Default)]
struct Counters {
    /// Lines that have not been handed to the connection yet.
    waiting: AtomicU64,
    /// Lines dropped since the last report.
    dropped: AtomicU64,
}

/// Receiving end of a [`Logger`].
#[derive(Debug)]
pub(crate) struct LogQueue {
    queue: mpsc::Receiver<Entry>,
    counters: Arc<Counters>,
}

#[derive(Debug)]
enum Entry {
    Line(Log),
    /// Answered once all previous entries have been handed to the connection.
    Flush(oneshot::Sender<()>),
}

impl Logger {
    pub(crate) fn new() -> (Self, LogQueue) {
        let (sender, receiver) = mpsc::channel(QUEUE_CAPACITY);
        let counters = Arc::<Counters>::default();
        let logger = Self(Arc::new(Sender {
            queue: sender,
            counters: Arc::clone(&counters),
        }));
        let queue = LogQueue {
            queue: receiver,
            counters,
        };
        (logger, queue)
    }

    /// Logs a message at level `debug`: details for the plugin's author. `tag` names the part of the plugin.
    pub fn debug(&self, tag: &str, message: impl fmt::Display) {
        self.log(Level::Debug, tag, message, None);
    }

    /// Like [`debug`](Self::debug), with additional data.
    pub fn debug_with(&self, tag: &str, message: impl fmt::Display, data: &impl Serialize) {
        self.log(Level::Debug, tag, message, Some(encode(data)));
    }

    /// Logs a message at level `info`: normal operation, such as an established connection.
    pub fn info(&self, tag: &str, message: impl fmt::Display) {
        self.log(Level::Info, tag, message, None);
    }

    /// Like [`info`](Self::info), with additional data.
    pub fn info_with(&self, tag: &str, message: impl fmt::Display, data: &impl Serialize) {
        self.log(Level::Info, tag, message, Some(encode(data)));
    }

    /// Logs a message at level `warn`: a problem that the plugin handles, such as a request that it retries.
    pub fn warn(&self, tag: &str, message: impl fmt::Display) {
        self.log(Level::Warn, tag, message, None);
    }

    /// Like [`warn`](Self::warn), with additional data.
    pub fn warn_with(&self, tag: &str, message: impl fmt::Display, data: &impl Serialize) {
        self.log(Level::Warn, tag, message, Some(encode(data)));
    }

    /// Logs a message at level `error`: a failure that the plugin cannot handle.
    pub fn error(&self, tag: &str, message: impl fmt::Display) {
        self.log(Level::Error, tag, message, None);
    }

    /// Like [`error`](Self::error), with additional data.
    pub fn error_with(&self, tag: &str, message: impl fmt::Display, data: &impl Serialize) {
        self.log(Level::Error, tag, message, Some(encode(data)));
    }

    /// Like [`error`](Self::error), with `error` and all its causes as additional data.
    ///
    /// Pass a [`BoxError`](crate::BoxError) as `&*error`.
    pub fn error_from(&self, tag: &str, message: impl fmt::Display, error: &(dyn Error + 'static)) {
        let data = json!({ "error": chain(error) });
        self.log(Level::Error, tag, message, Some(data));
    }

    /// Whether the session has ended, so that lines are lost.
    pub(crate) fn is_closed(&self) -> bool {
        self.0.queue.is_closed()
    }

    /// Number of clones of this logger, itself included.
    #[cfg(feature = "testing")]
    pub(crate) fn handle_count(&self) -> usize {
        Arc::strong_count(&self.0)
    }

    /// Logger with the same queue that does not count as a clone.
    #[cfg(feature = "testing")]
    pub(crate) fn detached(&self) -> Self {
        Self(Arc::new(Sender::clone(&self.0)))
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
            // The shell has the same limit.
            message: truncate(&message, LOG_LINE_BYTES).unwrap_or(message),
            data,
        };
        let counters = &self.0.counters;
        counters.waiting.fetch_add(1, Ordering::AcqRel);
        if let Err(error) = self.0.queue.try_send(Entry::Line(line)) {
            counters.waiting.fetch_sub(1, Ordering::AcqRel);
            if matches!(error, mpsc::error::TrySendError::Full(_)) {
                counters.dropped.fetch_add(1, Ordering::AcqRel);
            }
        }
    }

    /// Waits until all previous log lines have been handed to the connection.
    pub(crate) async fn flush(&self) {
        let Counters { waiting, dropped } = &*self.0.counters;
        if waiting.load(Ordering::Acquire) == 0 && dropped.load(Ordering::Acquire) == 0 {
            return;
        }
        let (done, flushed) = oneshot::channel();
        if self.0.queue.send(Entry::Flush(done)).await.is_ok() {
            // An error means that the queue has been dropped: there is nothing to flush.
            let _ = flushed.await;
        }
    }
}

impl LogQueue {
    /// Sends log lines to the shell until the connection ends. `protocol` is the version that the handshake agreed on.
    pub(crate) async fn forward(mut self, peer: &Peer, protocol: ProtocolVersion) {
        loop {
            let entry = tokio::select! {
                entry = self.queue.recv() => entry,
                () = peer.closed() => None,
            };
            let Some(entry) = entry else { return };
            let lines = self.counters.dropped.swap(0, Ordering::AcqRel);
            if lines > 0 && report_dropped(peer, protocol, lines).await.is_err() {
                return;
            }
            match entry {
                Entry::Line(log) => {
                    if send(peer, &log).await.is_err() {
                        return;
                    }
                    self.counters.waiting.fetch_sub(1, Ordering::AcqRel);
                }
                // An error means that `flush` was cancelled.
                Entry::Flush(done) => drop(done.send(())),
            }
        }
    }
}

/// Reports dropped lines as a number, or as a log line to a shell that does not know the number's message.
async fn report_dropped(
    peer: &Peer,
    protocol: ProtocolVersion,
    lines: u64,
) -> Result<(), CallError> {
    if protocol >= LogDropped::SINCE {
        return peer.notify(&LogDropped { lines }).await;
    }
    let message =
        format!("{lines} log lines were dropped: they came faster than they could be sent");
    let line = Log {
        level: Level::Warn,
        tag: "stratos".to_owned(),
        message,
        data: None,
    };
    peer.notify(&line).await
}

/// Sends a log line, or an excerpt if it is too large. An error means that the connection has ended.
async fn send(peer: &Peer, log: &Log) -> Result<(), CallError> {
    match peer.notify(log).await {
        Err(CallError::TooLarge { length, .. }) => {
            let message = excerpt(&log.message, EXCERPT_CHARS);
            let shortened = Log {
                level: log.level,
                tag: excerpt(&log.tag, EXCERPT_CHARS).into_owned(),
                message: format!("a log line of {length} bytes was shortened: {message}"),
                data: None,
            };
            peer.notify(&shortened).await
        }
        sent => sent,
    }
}

fn encode(data: &impl Serialize) -> Value {
    serde_json::to_value(data)
        .unwrap_or_else(|error| json!({ "unserialisable": error.to_string() }))
}
