//! The other side's requests: one task each, cancellable, bounded in number.

use std::any::Any;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use serde_json::value::RawValue;
use stratos_protocol::limits::REQUESTS_IN_FLIGHT;
use stratos_protocol::{ErrorCode, Message, RpcError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::{AbortHandle, JoinSet};

use crate::connection::ConnectionError;
use crate::guard::Guard;
use crate::pending::Outcome;

/// How much work one side does for the other at once, see [`Service::turns`].
pub const TURNS: u32 = 32;

/// What one side offers to the other.
pub trait Service: Send + Sync + 'static {
    /// How many of the [`TURNS`] a request takes, from before its work until its answer is written.
    ///
    /// While it cannot have them, nothing more is read, so that whoever asks too much, or does not read the answers,
    /// is slowed down and costs no memory. It may take turns only if its work never waits for the other side; without
    /// any, nothing but the number of requests is bounded.
    fn turns(&self, _method: &str, _params: &RawValue) -> u32 {
        0
    }

    /// Answers a request. Requests run concurrently; one that is cancelled is dropped at an await.
    fn request(
        &self,
        method: &str,
        params: &RawValue,
    ) -> impl Future<Output = Result<Box<RawValue>, RpcError>> + Send;

    /// Takes a notification. They arrive in order, and nothing more is read until this returns,
    /// so that a slow receiver slows its sender instead of growing a queue.
    fn notification(&self, method: &str, params: &RawValue) -> impl Future<Output = ()> + Send;
}

/// A line to write, and what must not be given to others before it is written.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) _turns: Option<OwnedSemaphorePermit>,
}

/// The requests that are being worked on.
pub(crate) struct Serving<S> {
    service: Arc<S>,
    turns: Arc<Semaphore>,
    outgoing: mpsc::Sender<Line>,
    frame_bytes: usize,
    tasks: JoinSet<()>,
    running: Arc<Running>,
}

#[derive(Default)]
struct Running(Mutex<HashMap<u64, AbortHandle>>);

impl<S: Service> Serving<S> {
    pub(crate) fn new(service: Arc<S>, outgoing: mpsc::Sender<Line>, frame_bytes: usize) -> Self {
        Self {
            service,
            turns: Arc::new(Semaphore::new(TURNS as usize)),
            outgoing,
            frame_bytes,
            tasks: JoinSet::new(),
            running: Arc::default(),
        }
    }

    pub(crate) async fn notification(&self, method: &str, params: &RawValue) {
        self.service.notification(method, params).await;
    }

    /// Waits while the other side has too much work done for it already.
    pub(crate) async fn begin(
        &mut self,
        id: u64,
        method: String,
        params: Box<RawValue>,
    ) -> Result<(), ConnectionError> {
        let wanted = match Guard::Turns.is_on() {
            true => self.service.turns(&method, &params).min(TURNS),
            false => 0,
        };
        let turns = Arc::clone(&self.turns).acquire_many_owned(wanted).await;
        while self.tasks.try_join_next().is_some() {}
        // The lock is held until the task is listed, so that it cannot finish before it is.
        let mut running = self.running.lock();
        if running.contains_key(&id) {
            return Err(ConnectionError::DuplicateId { id });
        }
        if running.len() >= REQUESTS_IN_FLIGHT {
            let text = format!("{REQUESTS_IN_FLIGHT} requests are in flight already");
            self.refuse(id, RpcError::new(ErrorCode::Busy, text));
            return Ok(());
        }
        let (service, list) = (Arc::clone(&self.service), Arc::clone(&self.running));
        let (outgoing, frame_bytes) = (self.outgoing.clone(), self.frame_bytes);
        let task = self.tasks.spawn(async move {
            let work = AssertUnwindSafe(service.request(&method, &params)).catch_unwind();
            let outcome = work.await.unwrap_or_else(|panic| Err(panicked(&*panic)));
            // Still on the list while it waits for room: answers that wait are work in flight too.
            let Ok(room) = outgoing.reserve().await else {
                // The connection has ended, and nobody waits any more.
                return;
            };
            // Whoever takes the request off the list answers it: this task or a cancellation.
            if list.lock().remove(&id).is_some() {
                room.send(Line {
                    text: response(id, outcome, frame_bytes),
                    _turns: turns.ok(),
                });
            }
        });
        running.insert(id, task);
        Ok(())
    }

    pub(crate) fn cancel(&mut self, id: u64) {
        let removed = self.running.lock().remove(&id);
        if let Some(task) = removed {
            task.abort();
            self.refuse(id, RpcError::new(ErrorCode::Cancelled, "cancelled"));
        }
    }

    /// Answers without waiting: the read loop must never wait for the write side.
    fn refuse(&self, id: u64, error: RpcError) {
        let outcome = Err(error);
        let text = Message::Response { id, outcome }.to_line();
        let line = Line::new(text);
        // A full queue drops the refusal; the sender's own deadline ends its wait.
        let _ = self.outgoing.try_send(line);
    }
}

impl Line {
    pub(crate) fn new(text: String) -> Self {
        Self { text, _turns: None }
    }
}

impl Running {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, AbortHandle>> {
        // No code that can panic runs under the lock, so a poisoned map is still whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The line for an answer, or for the news that the answer is too large for a line.
fn response(id: u64, outcome: Outcome, frame_bytes: usize) -> String {
    let line = Message::Response { id, outcome }.to_line();
    if line.len() <= frame_bytes {
        return line;
    }
    let length = line.len();
    let text = format!("the answer is {length} bytes long, at most {frame_bytes} are allowed");
    let outcome = Err(RpcError::new(ErrorCode::TooLarge, text));
    Message::Response { id, outcome }.to_line()
}

fn panicked(panic: &(dyn Any + Send)) -> RpcError {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    RpcError::new(ErrorCode::HandlerPanicked, format!("panicked: {text}"))
}
