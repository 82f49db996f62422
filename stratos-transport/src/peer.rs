//! Concurrent calls in both directions over one connection.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::value::RawValue;
use stratos_protocol::cancel::Cancel;
use stratos_protocol::{Message, Notification, Request};
use tokio::io::AsyncWriteExt as _;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio_util::sync::CancellationToken;

use crate::connection::{Connection, LineReader, LineWriter, receive, write_line};
use crate::dispatcher::{Dispatcher, OutgoingLine};
use crate::error::{CallError, ConnectionError};
use crate::handler::Handler;
use crate::pending_calls::PendingCalls;

/// The capacity of the write queue in lines; senders wait while it is full.
const WRITE_QUEUE_LINES: usize = 64;

/// A handle that calls and notifies the other side of a connection. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Peer {
    outgoing: mpsc::Sender<OutgoingLine>,
    pending: Arc<PendingCalls>,
    /// Cancelled when the connection ends.
    closed: CancellationToken,
    /// Set by the driver when the connection ends because of a protocol violation.
    protocol_violation: Arc<OnceLock<String>>,
    /// The longest line in bytes that the other side accepts.
    send_limit: usize,
}

/// The I/O half of a [`Peer`]: reads and writes its messages while [`run`](Self::run) is polled.
#[derive(Debug)]
pub struct PeerDriver {
    reader: LineReader,
    writer: LineWriter,
    queue: mpsc::Receiver<OutgoingLine>,
    peer: Peer,
}

impl Peer {
    /// Creates a peer from a connection whose handshake is done.
    #[must_use]
    pub fn new(connection: Connection) -> (Self, PeerDriver) {
        let (outgoing, queue) = mpsc::channel(WRITE_QUEUE_LINES);
        let peer = Self {
            outgoing,
            pending: Arc::default(),
            closed: CancellationToken::new(),
            protocol_violation: Arc::default(),
            send_limit: connection.send_limit,
        };
        let driver = PeerDriver {
            reader: connection.reader,
            writer: connection.writer,
            queue,
            peer: peer.clone(),
        };
        (peer, driver)
    }

    /// Sends a request and waits for its answer, at most for `timeout`.
    ///
    /// When the time is over or the future is dropped, the request is cancelled on the other side.
    ///
    /// # Errors
    ///
    /// If no answer arrives, or the answer is an error.
    pub async fn call<R: Request>(
        &self,
        params: &R,
        timeout: Duration,
    ) -> Result<R::Result, CallError> {
        let params = Message::encode(params).map_err(CallError::Encode)?;
        let raw = self.call_raw(R::METHOD, params, timeout).await?;
        serde_json::from_str(raw.get()).map_err(CallError::Decode)
    }

    /// Like [`call`](Self::call), with parameters and a result that stay JSON text.
    ///
    /// # Errors
    ///
    /// If no answer arrives, or the answer is an error.
    pub async fn call_raw(
        &self,
        method: &str,
        params: Box<RawValue>,
        timeout: Duration,
    ) -> Result<Box<RawValue>, CallError> {
        let (id, answer) = self.pending.insert().ok_or(CallError::Closed)?;
        let mut guard = CancelOnDrop {
            peer: self,
            id,
            sent: false,
        };
        let method = method.to_owned();
        let line = Message::Request { id, method, params }.to_line();
        let exchange = async {
            self.send_line(line).await?;
            guard.sent = true;
            answer.await.map_err(|_| CallError::Closed)
        };
        tokio::time::timeout(timeout, exchange)
            .await
            .map_err(|_| CallError::Timeout(timeout))??
            .map_err(CallError::Rpc)
    }

    /// Queues a notification; waits only while the write queue is full.
    ///
    /// # Errors
    ///
    /// If the notification cannot be queued. Success does not mean that the other side has received it.
    pub async fn notify<N: Notification>(&self, params: &N) -> Result<(), CallError> {
        let line = Message::notification(params)
            .map_err(CallError::Encode)?
            .to_line();
        self.send_line(line).await
    }

    /// Closes the connection once the queued lines are written; the driver then returns.
    pub fn close(&self) {
        self.closed.cancel();
    }

    /// Waits until either side has ended the connection.
    pub async fn closed(&self) {
        self.closed.cancelled().await;
    }

    /// Describes the protocol violation of the other side that ended the connection, if one did.
    #[must_use]
    pub fn protocol_violation(&self) -> Option<&str> {
        self.protocol_violation.get().map(String::as_str)
    }

    async fn send_line(&self, line: String) -> Result<(), CallError> {
        if line.len() > self.send_limit {
            return Err(CallError::TooLarge {
                length: line.len(),
                limit: self.send_limit,
            });
        }
        tokio::select! {
            biased;
            () = self.closed.cancelled() => Err(CallError::Closed),
            sent = self.outgoing.send(OutgoingLine::new(line)) => sent.map_err(|_| CallError::Closed),
        }
    }
}

impl PeerDriver {
    /// Reads, dispatches and writes messages until the connection ends.
    ///
    /// Requests of the other side that are still in flight at the end are dropped.
    ///
    /// # Errors
    ///
    /// If the connection breaks or the other side violates the protocol. An orderly end by either side is no error.
    pub async fn run<H: Handler>(self, handler: Arc<H>) -> Result<(), ConnectionError> {
        let Self {
            mut reader,
            writer,
            queue,
            peer,
        } = self;
        let dispatcher = Dispatcher::new(handler, peer.outgoing.clone(), peer.send_limit);
        let closed = peer.closed.clone();
        let guard = closed.clone().drop_guard();
        let read = async {
            let ended = tokio::select! {
                biased;
                () = closed.cancelled() => Ok(()),
                ended = read_loop(&mut reader, &peer.pending, dispatcher) => ended,
            };
            if let Err(error) = &ended
                && error.is_protocol_violation()
            {
                // Set at most once: a peer has one driver.
                let _ = peer.protocol_violation.set(error.to_string());
            }
            closed.cancel();
            peer.pending.close();
            ended
        };
        let (ended, written) = tokio::join!(read, write_loop(writer, queue, &closed));
        drop(guard);
        match written {
            // `BrokenPipe` means that the other side closed the stream; the result of the read loop tells why.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                ended.and(Err(ConnectionError::Io(error)))
            }
            _ => ended,
        }
    }
}

async fn read_loop<H: Handler>(
    reader: &mut LineReader,
    pending: &PendingCalls,
    mut dispatcher: Dispatcher<H>,
) -> Result<(), ConnectionError> {
    while let Some(message) = receive(reader).await? {
        match message {
            Message::Response { id, outcome } => pending.complete(id, outcome),
            Message::Request { id, method, params } => {
                dispatcher.spawn(id, method, params).await?;
            }
            Message::Notification { method, params } if method == Cancel::METHOD => {
                if let Ok(Cancel { id }) = serde_json::from_str(params.get()) {
                    dispatcher.cancel(id);
                }
            }
            Message::Notification { method, params } => {
                dispatcher.notify(&method, &params).await;
            }
        }
    }
    Ok(())
}

async fn write_loop(
    mut writer: LineWriter,
    mut queue: mpsc::Receiver<OutgoingLine>,
    closed: &CancellationToken,
) -> io::Result<()> {
    let written = write_queue(&mut writer, &mut queue, closed).await;
    // Fails the senders that wait for room in the queue.
    queue.close();
    closed.cancel();
    written
}

async fn write_queue(
    writer: &mut LineWriter,
    queue: &mut mpsc::Receiver<OutgoingLine>,
    closed: &CancellationToken,
) -> io::Result<()> {
    loop {
        let line = tokio::select! {
            biased;
            line = queue.recv() => line,
            () = closed.cancelled() => None,
        };
        let Some(line) = line else { break };
        write_line(writer, &line.text).await?;
        if queue.is_empty() {
            writer.flush().await?;
        }
    }
    writer.shutdown().await
}

/// Removes a call when its future is dropped, and cancels its request on the other side.
struct CancelOnDrop<'a> {
    peer: &'a Peer,
    id: u64,
    /// Whether the request was queued, so that it needs a cancellation.
    sent: bool,
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        if self.peer.pending.remove(self.id)
            && self.sent
            && let Ok(cancel) = Message::notification(&Cancel { id: self.id })
        {
            let sent = self
                .peer
                .outgoing
                .try_send(OutgoingLine::new(cancel.to_line()));
            // Not lost if the queue is full: a dialog would stay open that nobody waits for.
            if let Err(TrySendError::Full(line)) = sent
                && let Ok(runtime) = Handle::try_current()
            {
                let outgoing = self.peer.outgoing.clone();
                runtime.spawn(async move { drop(outgoing.send(line).await) });
            }
        }
    }
}
