//! Calls both ways over one connection.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::value::RawValue;
use stratos_protocol::message::EncodeError;
use stratos_protocol::method::Cancel;
use stratos_protocol::{Message, Notification, Request, RpcError};
use thiserror::Error;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::connection::{Connection, ConnectionError, LineReader, LineWriter, receive, write_line};
use crate::pending::Pending;
use crate::serving::{Line, Service, Serving};

/// Lines waiting to be written; when they are so many, senders wait.
const OUTGOING_LINES: usize = 64;

/// The other side, to call and to notify. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Peer {
    outgoing: mpsc::Sender<Line>,
    pending: Arc<Pending>,
    closed: CancellationToken,
    offence: Arc<OnceLock<String>>,
    frame_bytes: usize,
}

/// Moves the bytes of a [`Peer`]; nothing happens until [`run`](Self::run).
#[derive(Debug)]
pub struct PeerDriver {
    reader: LineReader,
    writer: LineWriter,
    queue: mpsc::Receiver<Line>,
    peer: Peer,
}

/// Why a call has no answer.
#[derive(Debug, Error)]
pub enum CallError {
    /// The parameters have no JSON form.
    #[error("cannot send the message")]
    Encode(#[source] EncodeError),
    /// The message exceeds the other side's limit.
    #[error("the message is {length} bytes long, at most {limit} are allowed")]
    TooLarge {
        /// Its length in bytes.
        length: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The connection ended before the answer came.
    #[error("the connection is closed")]
    Closed,
    /// No answer came in time.
    #[error("no answer within {} s", .0.as_secs_f32())]
    Deadline(Duration),
    /// The other side answered with an error.
    #[error("{0}")]
    Refused(RpcError),
    /// The answer does not have the shape that the method promises.
    #[error("the answer has the wrong shape")]
    Answer(#[source] serde_json::Error),
}

impl Peer {
    /// Takes over a connection after its handshake.
    #[must_use]
    pub fn new(connection: Connection) -> (Self, PeerDriver) {
        let (outgoing, queue) = mpsc::channel(OUTGOING_LINES);
        let peer = Self {
            outgoing,
            pending: Arc::new(Pending::new()),
            closed: CancellationToken::new(),
            offence: Arc::default(),
            frame_bytes: connection.frame_bytes,
        };
        let driver = PeerDriver {
            reader: connection.reader,
            writer: connection.writer,
            queue,
            peer: peer.clone(),
        };
        (peer, driver)
    }

    /// Sends a request and waits for its answer, at most for `deadline`.
    ///
    /// Dropping the future, or the deadline, cancels the request on the other side.
    ///
    /// # Errors
    ///
    /// When there is no answer, or the answer is an error.
    pub async fn call<R: Request>(
        &self,
        params: &R,
        deadline: Duration,
    ) -> Result<R::Answer, CallError> {
        let params = Message::encode(params).map_err(CallError::Encode)?;
        let raw = self.call_raw(R::METHOD, params, deadline).await?;
        serde_json::from_str(raw.get()).map_err(CallError::Answer)
    }

    /// Like [`call`](Self::call), with parameters and an answer that nobody takes apart.
    ///
    /// # Errors
    ///
    /// When there is no answer, or the answer is an error.
    pub async fn call_raw(
        &self,
        method: &str,
        params: Box<RawValue>,
        deadline: Duration,
    ) -> Result<Box<RawValue>, CallError> {
        let (id, answer) = self.pending.begin().ok_or(CallError::Closed)?;
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
        tokio::time::timeout(deadline, exchange)
            .await
            .map_err(|_| CallError::Deadline(deadline))??
            .map_err(CallError::Refused)
    }

    /// Sends a notification; waits only while the queue to the other side is full.
    ///
    /// # Errors
    ///
    /// When it could not be queued. That it was is no proof that it arrived.
    pub async fn notify<N: Notification>(&self, params: &N) -> Result<(), CallError> {
        let line = Message::notification(params)
            .map_err(CallError::Encode)?
            .to_line();
        self.send_line(line).await
    }

    /// Ends the connection after what is queued has been written; the driver returns.
    pub fn close(&self) {
        self.closed.cancel();
    }

    /// Returns once the connection has ended, whoever ended it.
    pub async fn closed(&self) {
        self.closed.cancelled().await;
    }

    /// What the other side said that it must not say, if that is what has ended the connection.
    #[must_use]
    pub fn offence(&self) -> Option<&str> {
        self.offence.get().map(String::as_str)
    }

    async fn send_line(&self, line: String) -> Result<(), CallError> {
        if line.len() > self.frame_bytes {
            return Err(CallError::TooLarge {
                length: line.len(),
                limit: self.frame_bytes,
            });
        }
        tokio::select! {
            biased;
            () = self.closed.cancelled() => Err(CallError::Closed),
            sent = self.outgoing.send(Line::new(line)) => sent.map_err(|_| CallError::Closed),
        }
    }
}

impl PeerDriver {
    /// Reads, serves and writes until the connection ends.
    ///
    /// What the other side asked and is not answered yet is dropped at the end.
    ///
    /// # Errors
    ///
    /// When the connection broke or the other side does not speak the protocol. An orderly end,
    /// by either side, is no error.
    pub async fn run<S: Service>(self, service: Arc<S>) -> Result<(), ConnectionError> {
        let Self {
            mut reader,
            writer,
            queue,
            peer,
        } = self;
        let serving = Serving::new(service, peer.outgoing.clone(), peer.frame_bytes);
        let closed = peer.closed.clone();
        let guard = closed.clone().drop_guard();
        let read = async {
            let ended = tokio::select! {
                biased;
                () = closed.cancelled() => Ok(()),
                ended = read_all(&mut reader, &peer.pending, serving) => ended,
            };
            if let Err(error) = &ended
                && error.is_offence()
            {
                // Nobody else sets it.
                let _ = peer.offence.set(error.to_string());
            }
            closed.cancel();
            peer.pending.close();
            ended
        };
        let (ended, written) = tokio::join!(read, write_all(writer, queue, &closed));
        drop(guard);
        match written {
            // The other side hung up while we still wrote: the read's result says the rest.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                ended.and(Err(ConnectionError::Io(error)))
            }
            _ => ended,
        }
    }
}

async fn read_all<S: Service>(
    reader: &mut LineReader,
    pending: &Pending,
    mut serving: Serving<S>,
) -> Result<(), ConnectionError> {
    while let Some(message) = receive(reader).await? {
        match message {
            Message::Response { id, outcome } => pending.answer(id, outcome),
            Message::Request { id, method, params } => serving.begin(id, method, params).await?,
            Message::Notification { method, params } if method == Cancel::METHOD => {
                if let Ok(Cancel { id }) = serde_json::from_str(params.get()) {
                    serving.cancel(id);
                }
            }
            Message::Notification { method, params } => {
                serving.notification(&method, &params).await;
            }
        }
    }
    Ok(())
}

async fn write_all(
    mut writer: LineWriter,
    mut queue: mpsc::Receiver<Line>,
    closed: &CancellationToken,
) -> io::Result<()> {
    let written = write_queue(&mut writer, &mut queue, closed).await;
    // Whoever waits for room in the queue learns that nobody empties it any more.
    queue.close();
    closed.cancel();
    written
}

async fn write_queue(
    writer: &mut LineWriter,
    queue: &mut mpsc::Receiver<Line>,
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

/// Tells the other side when an answer is no longer wanted.
struct CancelOnDrop<'a> {
    peer: &'a Peer,
    id: u64,
    sent: bool,
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        if self.peer.pending.forget(self.id)
            && self.sent
            && let Ok(cancel) = Message::notification(&Cancel { id: self.id })
        {
            // With a full queue the other side works in vain, which costs time but breaks nothing.
            let _ = self.peer.outgoing.try_send(Line::new(cancel.to_line()));
        }
    }
}
