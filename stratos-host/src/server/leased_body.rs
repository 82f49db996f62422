//! The body of a plugin's response on its way through the proxy.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::http::ResponseBody;
use crate::routing::Lease;
use crate::session::Session;

/// A response body that holds a lease on the plugin's session until its last byte, and fails when the session closes.
pub(super) struct LeasedBody {
    body: ResponseBody,
    /// Created when the body has to wait for the plugin.
    session_closed: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    lease: Lease<Session>,
}

impl LeasedBody {
    pub(super) fn new(body: ResponseBody, lease: Lease<Session>) -> Self {
        Self {
            body,
            session_closed: None,
            lease,
        }
    }
}

impl Body for LeasedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        // Received frames go first: the session may close before a slow client has read them.
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)));
        }
        let cut_off = || {
            Some(Err(
                "the plugin ended before its response was complete".into()
            ))
        };
        let Self {
            session_closed,
            lease,
            ..
        } = &mut *self;
        let closed =
            session_closed.get_or_insert_with(|| Box::pin(lease.closed.clone().cancelled_owned()));
        closed.as_mut().poll(cx).map(|()| cut_off())
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
