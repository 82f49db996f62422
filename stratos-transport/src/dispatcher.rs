//! Execution of incoming requests: one cancellable task per request, bounded in number.

use std::any::Any;
use std::collections::HashMap;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use futures_util::FutureExt as _;
use serde_json::value::RawValue;
use stratos_protocol::limits::REQUESTS_IN_FLIGHT;
use stratos_protocol::{ErrorCode, Message, RpcError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};

use crate::error::ConnectionError;
use crate::handler::{Handler, PERMITS};
use crate::pending_calls::Outcome;

/// A line in the write queue, with the permits that are released once the line is written.
#[derive(Debug)]
pub(crate) struct OutgoingLine {
    pub(crate) text: String,
    pub(crate) _permits: Option<OwnedSemaphorePermit>,
}

/// Passes incoming requests and notifications to a [`Handler`] and queues the answers.
///
/// Dropping it aborts the requests in flight.
pub(crate) struct Dispatcher<H> {
    handler: Arc<H>,
    permits: Arc<Semaphore>,
    outgoing: mpsc::Sender<OutgoingLine>,
    /// The longest line in bytes that the other side accepts.
    send_limit: usize,
    tasks: JoinSet<()>,
    in_flight: Arc<InFlight>,
    /// Closed when the last request that [keeps the order](Handler::keeps_order) has begun.
    last_begun: Option<oneshot::Receiver<()>>,
}

/// The tasks of requests that are not answered yet, by request id.
#[derive(Default)]
struct InFlight(Mutex<HashMap<u64, AbortHandle>>);

/// The place of a request in the order of arrival.
struct Turn {
    /// Closed when the request before has begun, or has ended.
    previous: Option<oneshot::Receiver<()>>,
    /// Dropped when this one has begun.
    begins: oneshot::Sender<()>,
}

impl Turn {
    /// Runs a request. Its first poll comes after that of the request before.
    async fn run<F: Future>(self, request: F) -> F::Output {
        if let Some(previous) = self.previous {
            // Nothing is sent: the sender is dropped.
            let _ = previous.await;
        }
        let mut request = pin!(request);
        let first = poll_fn(|cx| Poll::Ready(request.as_mut().poll(cx))).await;
        drop(self.begins);
        match first {
            Poll::Ready(output) => output,
            Poll::Pending => request.await,
        }
    }
}

impl<H: Handler> Dispatcher<H> {
    pub(crate) fn new(
        handler: Arc<H>,
        outgoing: mpsc::Sender<OutgoingLine>,
        send_limit: usize,
    ) -> Self {
        Self {
            handler,
            permits: Arc::new(Semaphore::new(PERMITS as usize)),
            outgoing,
            send_limit,
            tasks: JoinSet::new(),
            in_flight: Arc::default(),
            last_begun: None,
        }
    }

    /// Passes a notification to the handler and waits until it returns.
    pub(crate) async fn notify(&self, method: &str, params: &RawValue) {
        self.handler.handle_notification(method, params).await;
    }

    /// Waits for the permits of a request, then spawns a task that handles it.
    ///
    /// Answers [`ErrorCode::Busy`] while too many requests are in flight.
    pub(crate) async fn spawn(
        &mut self,
        id: u64,
        method: String,
        params: Box<RawValue>,
    ) -> Result<(), ConnectionError> {
        let wanted = self.handler.permits(&method, &params).min(PERMITS);
        let permits = Arc::clone(&self.permits).acquire_many_owned(wanted).await;
        while self.tasks.try_join_next().is_some() {}
        // The lock is held until the task is inserted, so that the task cannot finish before.
        let mut in_flight = self.in_flight.lock();
        if in_flight.contains_key(&id) {
            return Err(ConnectionError::DuplicateId { id });
        }
        if in_flight.len() >= REQUESTS_IN_FLIGHT {
            let text = format!("{REQUESTS_IN_FLIGHT} requests are in flight already");
            self.reject(id, RpcError::new(ErrorCode::Busy, text));
            return Ok(());
        }
        let (handler, requests) = (Arc::clone(&self.handler), Arc::clone(&self.in_flight));
        let (outgoing, send_limit) = (self.outgoing.clone(), self.send_limit);
        let turn = self.handler.keeps_order(&method).then(|| {
            let (begins, begun) = oneshot::channel();
            Turn {
                previous: self.last_begun.replace(begun),
                begins,
            }
        });
        let task = self.tasks.spawn(async move {
            let work = handler.handle_request(&method, &params);
            let work = async move {
                match turn {
                    Some(turn) => turn.run(work).await,
                    None => work.await,
                }
            };
            let outcome = AssertUnwindSafe(work).catch_unwind().await;
            let outcome = outcome.unwrap_or_else(|panic| Err(panic_error(&*panic)));
            // The request stays in flight while its answer waits for room in the queue, so that answers count too.
            let Ok(slot) = outgoing.reserve().await else {
                // The connection has ended; the other side no longer reads the answer.
                return;
            };
            // Either this task or a cancellation removes the request, and the one that does answers it.
            if requests.lock().remove(&id).is_some() {
                slot.send(OutgoingLine {
                    text: response_line(id, outcome, send_limit),
                    _permits: permits.ok(),
                });
            }
        });
        in_flight.insert(id, task);
        Ok(())
    }

    /// Aborts a request in flight and answers [`ErrorCode::Cancelled`]; ignores an unknown id.
    pub(crate) fn cancel(&mut self, id: u64) {
        let removed = self.in_flight.lock().remove(&id);
        if let Some(task) = removed {
            task.abort();
            self.reject(id, RpcError::new(ErrorCode::Cancelled, "cancelled"));
        }
    }

    /// Queues an error response without waiting, because the read loop must not wait for the write loop.
    ///
    /// Drops the response if the queue is full; the caller's timeout then ends the call.
    fn reject(&self, id: u64, error: RpcError) {
        let outcome = Err(error);
        let text = Message::Response { id, outcome }.to_line();
        let _ = self.outgoing.try_send(OutgoingLine::new(text));
    }
}

impl OutgoingLine {
    /// Creates a line that holds no permits.
    pub(crate) fn new(text: String) -> Self {
        Self {
            text,
            _permits: None,
        }
    }
}

impl InFlight {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, AbortHandle>> {
        // No code that can panic runs under the lock, so a poisoned map is still consistent.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Encodes a response, or the error [`ErrorCode::TooLarge`] if the response is longer than `send_limit` bytes.
fn response_line(id: u64, outcome: Outcome, send_limit: usize) -> String {
    let line = Message::Response { id, outcome }.to_line();
    if line.len() <= send_limit {
        return line;
    }
    let length = line.len();
    let text = format!("the answer is {length} bytes long, at most {send_limit} are allowed");
    let outcome = Err(RpcError::new(ErrorCode::TooLarge, text));
    Message::Response { id, outcome }.to_line()
}

fn panic_error(panic: &(dyn Any + Send)) -> RpcError {
    let text = format!("panicked: {}", panic_text(panic));
    RpcError::new(ErrorCode::HandlerPanicked, text)
}

/// The message of a panic with this payload.
pub fn panic_text(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a value that is no text")
}
