//! The other side's requests: one task each, cancellable, bounded in number.

use std::any::Any;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use serde_json::value::RawValue;
use stratos_protocol::limits::REQUESTS_IN_FLIGHT;
use stratos_protocol::{ErrorCode, Message, RpcError};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use crate::connection::ConnectionError;

/// What one side offers to the other.
pub trait Service: Send + Sync + 'static {
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

/// The requests that are being worked on.
pub(crate) struct Serving<S> {
    service: Arc<S>,
    outgoing: mpsc::Sender<String>,
    tasks: JoinSet<()>,
    running: Arc<Running>,
}

#[derive(Default)]
struct Running(Mutex<HashMap<u64, AbortHandle>>);

impl<S: Service> Serving<S> {
    pub(crate) fn new(service: Arc<S>, outgoing: mpsc::Sender<String>) -> Self {
        Self {
            service,
            outgoing,
            tasks: JoinSet::new(),
            running: Arc::default(),
        }
    }

    pub(crate) async fn notification(&self, method: &str, params: &RawValue) {
        self.service.notification(method, params).await;
    }

    pub(crate) fn begin(
        &mut self,
        id: u64,
        method: String,
        params: Box<RawValue>,
    ) -> Result<(), ConnectionError> {
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
        let outgoing = self.outgoing.clone();
        let task = self.tasks.spawn(async move {
            let work = AssertUnwindSafe(service.request(&method, &params)).catch_unwind();
            let outcome = work.await.unwrap_or_else(|panic| Err(panicked(&*panic)));
            // Whoever takes the request off the list answers it: this task or a cancellation.
            if list.lock().remove(&id).is_some() {
                // A closed queue means that the connection ended, and nobody waits any more.
                let _ = outgoing
                    .send(Message::Response { id, outcome }.to_line())
                    .await;
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
        let line = Message::Response {
            id,
            outcome: Err(error),
        }
        .to_line();
        // A full queue drops the refusal; the sender's own deadline ends its wait.
        let _ = self.outgoing.try_send(line);
    }
}

impl Running {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, AbortHandle>> {
        // No code that can panic runs under the lock, so a poisoned map is still whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn panicked(panic: &(dyn Any + Send)) -> RpcError {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    RpcError::new(ErrorCode::HandlerPanicked, format!("panicked: {text}"))
}
