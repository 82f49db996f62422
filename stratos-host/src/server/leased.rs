//! An answer on its way through the shell.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::traffic::Lease;

/// A body that is given time by its lease until it ends, and breaks off when the plugin's session is over.
pub(super) struct Leased {
    body: Incoming,
    over: Pin<Box<WaitForCancellationFutureOwned>>,
    _lease: Lease,
}

impl Leased {
    pub(super) fn new(body: Incoming, lease: Lease) -> Self {
        Self {
            body,
            over: Box::pin(lease.over.clone().cancelled_owned()),
            _lease: lease,
        }
    }
}

impl Body for Leased {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        // What has come is passed on, however late the reader is.
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)));
        }
        let broken = || Some(Err("the plugin ended before its answer did".into()));
        self.over.as_mut().poll(cx).map(|()| broken())
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
