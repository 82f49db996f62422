//! HTTP client of a test.

use std::any::type_name;
use std::fmt;
use std::future::IntoFuture;
use std::panic::Location;
use std::sync::Arc;

use axum::body::{Body, BodyDataStream, Bytes, to_bytes};
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::testing::shared::Shared;

/// Origin of the real shell's HTTP server (V1).
const SHELL_ORIGIN: &str = "http://127.0.0.1:2066";
const SHELL_HOST: &str = "127.0.0.1:2066";
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// HTTP request to the shell, sent when it is awaited.
///
/// The request has the headers that the browser of a plugin's UI sends; [`header`](Self::header) replaces them. Like
/// every request, it passes the shell's request checks and its proxy.
///
/// ```no_run
/// # use stratos::serde_json::json;
/// # use stratos::testing::TestShell;
/// # async fn f(shell: TestShell) {
/// let response = shell.post("/api/fleet/aircraft").json(&json!({ "id": "VA-001" })).await;
/// assert_eq!(response.status(), 201);
/// # }
/// ```
#[must_use = "the request is sent when it is awaited"]
#[derive(Debug)]
pub struct TestRequest {
    shared: Arc<Shared>,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Body,
    at: &'static Location<'static>,
}

/// HTTP response with its complete body.
#[derive(Debug, Clone)]
pub struct TestResponse {
    request: String,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// HTTP response whose body is received in chunks; see [`TestRequest::stream`].
pub struct StreamingResponse {
    shared: Arc<Shared>,
    request: String,
    status: StatusCode,
    headers: HeaderMap,
    body: BodyDataStream,
}

impl TestRequest {
    pub(crate) fn new(
        shared: Arc<Shared>,
        method: Method,
        path: &str,
        at: &'static Location<'static>,
    ) -> Self {
        let same_origin = HeaderValue::from_static("same-origin");
        let mut headers = HeaderMap::from_iter([(SEC_FETCH_SITE, same_origin)]);
        if !matches!(method, Method::GET | Method::HEAD) {
            headers.insert(ORIGIN, HeaderValue::from_static(SHELL_ORIGIN));
        }
        Self {
            shared,
            method,
            path: path.to_owned(),
            headers,
            body: Body::empty(),
            at,
        }
    }

    /// Sets a header and replaces existing values of it.
    ///
    /// # Panics
    ///
    /// If the name or the value is invalid.
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let (header, content) = (HeaderName::try_from(name), HeaderValue::try_from(value));
        // Not in a closure, whose place would be reported instead of the test's.
        match (header, content) {
            (Ok(header), Ok(content)) => _ = self.headers.insert(header, content),
            (Err(_), _) => panic!("invalid header name in {name:?}: {value:?}"),
            (_, Err(_)) => panic!("invalid header value in {name:?}: {value:?}"),
        }
        self
    }

    /// Sets a JSON body and its content type.
    ///
    /// # Panics
    ///
    /// If the value cannot be serialized to JSON.
    #[track_caller]
    pub fn json(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        let json = match serde_json::to_vec(value) {
            Ok(json) => json,
            Err(error) => panic!("cannot serialize the body to JSON: {error}"),
        };
        let json_type = HeaderValue::from_static("application/json");
        self.headers.insert(CONTENT_TYPE, json_type);
        self.body(json)
    }

    /// Sets the body: a string, bytes, or a stream as [`axum::body::Body`].
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends the request and returns once the headers of the response have arrived, for bodies that are streamed.
    ///
    /// # Panics
    ///
    /// If the headers do not arrive within the timeout.
    pub async fn stream(self) -> StreamingResponse {
        let (shared, at) = (Arc::clone(&self.shared), self.at);
        let request = format!("{} {}", self.method, self.path);
        let what = format!("the response to {request}");
        let (status, headers, body) = shared.waiter.within(&what, at, self.send()).await;
        StreamingResponse {
            shared,
            request,
            status,
            headers,
            body: body.into_data_stream(),
        }
    }

    async fn send_and_read(self) -> TestResponse {
        let (shared, at) = (Arc::clone(&self.shared), self.at);
        let request = format!("{} {}", self.method, self.path);
        let exchange = async {
            let (status, headers, body) = self.send().await;
            let body = to_bytes(body, usize::MAX).await;
            let body = body.unwrap_or_else(|error| {
                panic!("the response body of {request} is incomplete: {error}, at {at}")
            });
            TestResponse {
                request: request.clone(),
                status,
                headers,
                body,
            }
        };
        let what = format!("the complete response to {request} (`.stream()` reads an endless one)");
        shared.waiter.within(&what, at, exchange).await
    }

    async fn send(self) -> (StatusCode, HeaderMap, Body) {
        let uri = format!("{SHELL_ORIGIN}{}", self.path);
        let mut request = Request::builder()
            .method(self.method)
            .uri(uri)
            .body(self.body)
            .unwrap_or_else(|error| {
                panic!(
                    "{:?} is not a valid path: {error}, at {}",
                    self.path, self.at
                )
            });
        *request.headers_mut() = self.headers;
        let host = request.headers_mut().entry(HOST);
        host.or_insert(HeaderValue::from_static(SHELL_HOST));
        match self.shared.client.request(request).await {
            Ok(response) => {
                let (parts, body) = Response::into_parts(response);
                (parts.status, parts.headers, body)
            }
            Err(error) => panic!("{}, at {}", crate::error::chain(&error), self.at),
        }
    }
}

impl IntoFuture for TestRequest {
    type Output = TestResponse;
    type IntoFuture = BoxFuture<'static, TestResponse>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send_and_read())
    }
}

impl TestResponse {
    /// Status code, which can be compared with a number.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Value of a header; `None` if the header is missing or not ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Body as bytes.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// Body as text; invalid UTF-8 is replaced by U+FFFD.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Deserializes the body from JSON.
    ///
    /// # Panics
    ///
    /// If the body does not deserialize into `T`; the message contains it.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => {
                let (request, status, text) = (&self.request, self.status, self.text());
                let wanted = type_name::<T>();
                panic!("the body of {request} ({status}) is not a `{wanted}`: {error}\n{text}")
            }
        }
    }
}

impl StreamingResponse {
    /// Status code, which can be compared with a number.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Value of a header; `None` if the header is missing or not ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Waits for the next chunk of the body; `None` at its end.
    ///
    /// # Errors
    ///
    /// If the connection ends before the body is complete.
    ///
    /// # Panics
    ///
    /// If no chunk arrives within the timeout.
    #[track_caller]
    pub fn chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, axum::Error>> + Send {
        let at = Location::caller();
        async move {
            let what = format!("the next chunk of the response to {}", self.request);
            let next = self.body.next();
            self.shared.waiter.within(&what, at, next).await.transpose()
        }
    }
}

impl fmt::Debug for StreamingResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamingResponse")
            .field("request", &self.request)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
