//! The body of a plugin's response on its way through the proxy.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use crate::http::ResponseBody;
use crate::routing::Lease;
use crate::session::Session;

/// A response body that holds a lease on the plugin's session until its last byte.
pub(super) struct LeasedBody {
    body: ResponseBody,
    _lease: Lease<Session>,
}

impl LeasedBody {
    pub(super) fn new(body: ResponseBody, lease: Lease<Session>) -> Self {
        Self {
            body,
            _lease: lease,
        }
    }
}

impl Body for LeasedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
