//! A connection that passes on only what has one reading.
//!
//! It stands before hyper, and follows heads and bodies as hyper will. What it does not like, hyper does not see: it
//! gets a request for a refusal instead, as the last one of the connection.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use stratos_transport::guard::Guard;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::server::chunks::Chunks;
use crate::server::head::{self, Body, HEAD_BYTES, Refusal};

/// What hyper gets instead of a head that is refused. Whoever sends this gets no further than the gate.
const INSTEAD: &[u8] = b"REFUSED / HTTP/1.1\r\nconnection: close\r\n\r\n";
/// Its method.
pub(super) const INSTEAD_METHOD: &str = "REFUSED";
/// How much is read at once.
const BLOCK: usize = 8 * 1024;
/// How much of what follows a refusal is read at most, so that the answer is not lost with it.
const LEFT_OVER: usize = 1024 * 1024;

/// Why a connection ends, once it is known.
#[derive(Debug, Clone, Default)]
pub(super) struct Verdict(Arc<OnceLock<(Refusal, Part)>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Head,
    Body,
}

impl Verdict {
    /// Of the head that was replaced.
    pub(super) fn of_head(&self) -> Option<Refusal> {
        self.of(Part::Head)
    }

    /// Of the body of the request that is being answered.
    pub(super) fn of_body(&self) -> Option<Refusal> {
        self.of(Part::Body)
    }

    fn of(&self, part: Part) -> Option<Refusal> {
        self.0
            .get()
            .filter(|(_, its)| *its == part)
            .map(|(refusal, _)| *refusal)
    }
}

/// The bytes of one connection, and something that is kept as long as it is open.
#[derive(Debug)]
pub(super) struct Wire<S, P> {
    stream: S,
    _place: P,
    /// What was read and is not passed on.
    buffer: Vec<u8>,
    /// How much at its start has been found good.
    good: usize,
    next: Next,
    verdict: Verdict,
}

#[derive(Debug)]
enum Next {
    /// A head, of which this much has been looked at.
    Head {
        looked: usize,
    },
    /// A body of this length, and whether requests follow it.
    Length {
        left: u64,
        upgrades: bool,
    },
    Chunks {
        chunks: Chunks,
        upgrades: bool,
    },
    /// Another protocol, or a connection that ends with the answer: the gate sees to it.
    Raw,
    /// Nothing any more.
    Refused,
}

impl<S, P> Wire<S, P> {
    pub(super) fn new(stream: S, place: P, verdict: Verdict) -> Self {
        let next = match Guard::Wire.is_on() {
            true => Next::Head { looked: 0 },
            false => Next::Raw,
        };
        Self {
            stream,
            _place: place,
            buffer: Vec::new(),
            good: 0,
            next,
            verdict,
        }
    }

    /// Finds out how much of the buffer is good.
    fn look(&mut self) -> Result<(), Refusal> {
        match &mut self.next {
            Next::Head { looked } => {
                let Some(end) = find_end(&self.buffer, looked)? else {
                    return Ok(());
                };
                let head = head::read(&self.buffer[..end])?;
                self.good = end;
                self.next = Next::after(head);
            }
            Next::Length { left, upgrades } => {
                let length = self.buffer.len();
                self.good = usize::try_from(*left).map_or(length, |left| left.min(length));
                *left -= self.good as u64;
                if *left == 0 {
                    self.next = Next::after_body(*upgrades);
                }
            }
            Next::Chunks { chunks, upgrades } => {
                self.good = chunks.follow(&self.buffer)?;
                if chunks.is_end() {
                    self.next = Next::after_body(*upgrades);
                }
            }
            Next::Raw => self.good = self.buffer.len(),
            Next::Refused => {}
        }
        Ok(())
    }

    /// Ends the requests of this connection; an error where hyper is within one.
    fn refuse(&mut self, refusal: Refusal) -> io::Result<()> {
        let is_head = matches!(self.next, Next::Head { .. });
        let part = if is_head { Part::Head } else { Part::Body };
        // Nothing is looked at after the first refusal.
        let _ = self.verdict.0.set((refusal, part));
        self.next = Next::Refused;
        if !is_head {
            return Err(io::Error::new(io::ErrorKind::InvalidData, refusal.why));
        }
        self.buffer = INSTEAD.to_vec();
        self.good = INSTEAD.len();
        Ok(())
    }
}

impl Next {
    fn after(head: head::Head) -> Self {
        let upgrades = head.upgrades;
        match head.body {
            Body::Length(0) => Self::after_body(upgrades),
            Body::Length(left) => Self::Length { left, upgrades },
            Body::Chunked => Self::Chunks {
                chunks: Chunks::default(),
                upgrades,
            },
        }
    }

    fn after_body(upgrades: bool) -> Self {
        match upgrades {
            true => Self::Raw,
            false => Self::Head { looked: 0 },
        }
    }
}

/// The end of the head at the start of the bytes, of which some have been looked at.
fn find_end(bytes: &[u8], looked: &mut usize) -> Result<Option<usize>, Refusal> {
    let end = bytes.len().min(HEAD_BYTES);
    for at in *looked..end {
        let before = at.checked_sub(1).map(|before| bytes[before]);
        match bytes[at] {
            0 => return Err(Refusal::bad("a head has no zero bytes")),
            b'\n' if before != Some(b'\r') => {
                return Err(Refusal::bad("a line ends with CR and LF"));
            }
            b'\n' if bytes[..at - 1].ends_with(b"\r\n") || at == 1 => return Ok(Some(at + 1)),
            b'\n' => {}
            _ if before == Some(b'\r') => {
                return Err(Refusal::bad("a line ends with CR and LF"));
            }
            _ => {}
        }
    }
    *looked = end;
    match bytes.len() > HEAD_BYTES {
        true => Err(Refusal::TOO_LARGE),
        false => Ok(None),
    }
}

impl<S: AsyncRead + Unpin, P: Unpin> AsyncRead for Wire<S, P> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            if self.good > 0 {
                let taken = self.good.min(out.remaining());
                out.put_slice(&self.buffer[..taken]);
                self.buffer.drain(..taken);
                self.good -= taken;
                return Poll::Ready(Ok(()));
            }
            if matches!(self.next, Next::Refused) {
                // The answer to the refusal closes the connection.
                return Poll::Pending;
            }
            if matches!(self.next, Next::Raw) && self.buffer.is_empty() {
                return Pin::new(&mut self.stream).poll_read(cx, out);
            }
            if let Err(refusal) = self.look() {
                self.refuse(refusal)?;
            }
            if self.good > 0 {
                continue;
            }
            let mut block = [0; BLOCK];
            let mut read = ReadBuf::new(&mut block);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut read))?;
            if read.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            self.buffer.extend_from_slice(read.filled());
        }
    }
}

impl<S: AsyncRead + Unpin, P: Unpin> Wire<S, P> {
    /// Throws away what has arrived: a system that closes a connection with unread bytes resets it, and the other side
    /// may lose the answer.
    fn drain(&mut self, cx: &mut Context<'_>) {
        let mut block = [0; BLOCK];
        for _ in 0..LEFT_OVER / BLOCK {
            let mut read = ReadBuf::new(&mut block);
            let poll = Pin::new(&mut self.stream).poll_read(cx, &mut read);
            if !matches!(poll, Poll::Ready(Ok(()))) || read.filled().is_empty() {
                return;
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin, P: Unpin> AsyncWrite for Wire<S, P> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(cx);
        if shut.is_ready() && matches!(self.next, Next::Refused) {
            self.drain(cx);
        }
        shut
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    /// What hyper gets, if the bytes arrive in pieces of this size, and the verdict.
    async fn passed(bytes: &[u8], piece: usize) -> (String, Option<u16>) {
        let (mut theirs, ours) = duplex(piece);
        let verdict = Verdict::default();
        let mut wire = Wire::new(ours, (), verdict.clone());
        let mut got = Vec::new();
        let send = async {
            // It is not read to its end where it is refused.
            let _ = theirs.write_all(bytes).await;
            let _ = theirs.shutdown().await;
            std::future::pending::<()>().await;
        };
        let receive = async {
            let mut block = [0; 64];
            while !(matches!(wire.next, Next::Refused) && wire.good == 0) {
                match wire.read(&mut block).await {
                    Ok(0) | Err(_) => break,
                    Ok(length) => got.extend_from_slice(&block[..length]),
                }
            }
        };
        tokio::select! {
            () = send => {}
            () = receive => {}
        }
        let status = verdict.of_head().or(verdict.of_body());
        (
            String::from_utf8_lossy(&got).into_owned(),
            status.map(|refusal| refusal.status.as_u16()),
        )
    }

    async fn check(text: &str, expected: (&str, Option<u16>)) {
        for piece in [1, 7, 64, 100_000] {
            let (got, status) = passed(text.as_bytes(), piece).await;
            assert_eq!(
                (got.as_str(), status),
                expected,
                "{text:?} in pieces of {piece}"
            );
        }
    }

    #[tokio::test]
    async fn what_is_clear_passes_unchanged() {
        for text in [
            "GET /a HTTP/1.1\r\nhost: x\r\n\r\n",
            "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
            "POST /a HTTP/1.1\r\ncontent-length: 3\r\n\r\na\nbGET /b HTTP/1.1\r\n\r\n",
            "POST /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
            "GET /a HTTP/1.1\r\nupgrade: x\r\n\r\n\0anything\n\n",
        ] {
            check(text, (text, None)).await;
        }
        // The rest of a head that never ends.
        check(
            "GET /a HTTP/1.1\r\n\r\nGET",
            ("GET /a HTTP/1.1\r\n\r\n", None),
        )
        .await;
    }

    #[tokio::test]
    async fn what_is_not_ends_the_connections_requests() {
        let instead = std::str::from_utf8(INSTEAD).unwrap();
        for text in [
            "GET /a HTTP/1.1\nhost: x\n\n",
            "GET /a HTTP/1.1\r\nhost: x\n\r\n",
            "GET /a HTTP/1.1\r\nhost: x\rx\r\n\r\n",
            "GET /a HTTP/1.1\r\nhost: \0\r\n\r\n",
            "GET /a#b HTTP/1.1\r\n\r\n",
            "\r\nGET /a HTTP/1.1\r\n\r\n",
            "POST /a HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        ] {
            check(text, (instead, Some(400))).await;
            let first = "POST /a HTTP/1.1\r\ncontent-length: 1\r\n\r\n\n";
            check(
                &format!("{first}{text}"),
                (&format!("{first}{instead}"), Some(400)),
            )
            .await;
        }
        let endless = format!("GET /a HTTP/1.1\r\na: {}", "x".repeat(HEAD_BYTES));
        check(&endless, (instead, Some(431))).await;
        let ended = format!("{endless}\r\n\r\n");
        check(&ended, (instead, Some(431))).await;
    }

    #[tokio::test]
    async fn a_bad_chunk_ends_the_body() {
        let head = "POST /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
        let (got, status) = passed(format!("{head}1\na\r\n").as_bytes(), 1).await;
        assert_eq!((got, status), (format!("{head}1"), Some(400)));
        let (got, status) = passed(format!("{head}1\na\r\n").as_bytes(), 1000).await;
        assert_eq!((got.as_str(), status), (head, Some(400)));
    }
}
