//! The trait that sends requests to an airline's API.

use std::fmt;

use futures_util::future::BoxFuture;
use stratos_protocol::airline::Method;

/// Sends requests to an airline's API.
///
/// The shell has one for `http` and for the mock airline. That for `https` is given to it in
/// [`ShellOptions::airline_https`](crate::ShellOptions::airline_https), since tests of plugins need none.
pub trait AirlineTransport: fmt::Debug + Send + Sync + 'static {
    /// Sends one request, follows no redirect, and reads the whole body. The caller sets a timeout.
    ///
    /// # Errors
    ///
    /// The reason why there is no answer, as the predicate of a sentence about the URL, such as "does not accept
    /// connections". A body over [`AIRLINE_BODY_BYTES`](stratos_protocol::limits::AIRLINE_BODY_BYTES) is an error, see
    /// [`AirlineResponse::TOO_LARGE`].
    fn send<'a>(
        &'a self,
        request: &'a AirlineRequest,
    ) -> BoxFuture<'a, Result<AirlineResponse, String>>;
}

/// A request to an airline's API.
#[derive(Clone)]
pub struct AirlineRequest {
    /// The method.
    pub method: Method,
    /// The whole URL.
    pub url: String,
    /// Path and query below the base URL.
    pub path: String,
    /// Token for `Authorization: Bearer`.
    pub token: String,
    /// The body as JSON, sent with `Content-Type: application/json`; `None` for a request without a body.
    pub body: Option<String>,
}

/// The answer of an airline's API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AirlineResponse {
    /// Status code.
    pub status: u16,
    /// The whole body.
    pub body: Vec<u8>,
}

impl AirlineResponse {
    /// The reason for a body that is too large.
    pub const TOO_LARGE: &str = "answers with a body over 512 KiB, which is the limit";
}

impl fmt::Debug for AirlineRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AirlineRequest")
            .field("method", &self.method)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}
