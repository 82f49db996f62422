//! Requests of a test, through the shell's gate and proxy.

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

use crate::testing::shell::Inner;

/// Where the real shell serves (V1).
const ORIGIN_OF_SHELL: &str = "http://127.0.0.1:2066";
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A request that is sent when it is awaited.
///
/// It carries the headers that a plugin's UI sends; [`header`](Self::header) replaces them.
#[must_use = "it is sent when it is awaited"]
#[derive(Debug)]
pub struct TestRequest {
    inner: Arc<Inner>,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Body,
    at: &'static Location<'static>,
}

/// An answer with its whole body.
#[derive(Debug, Clone)]
pub struct TestResponse {
    request: String,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// An answer whose body is still coming.
pub struct StreamingResponse {
    inner: Arc<Inner>,
    request: String,
    status: StatusCode,
    headers: HeaderMap,
    body: BodyDataStream,
}

impl TestRequest {
    pub(crate) fn new(
        inner: Arc<Inner>,
        method: Method,
        path: &str,
        at: &'static Location<'static>,
    ) -> Self {
        let same_origin = HeaderValue::from_static("same-origin");
        let mut headers = HeaderMap::from_iter([(SEC_FETCH_SITE, same_origin)]);
        if !matches!(method, Method::GET | Method::HEAD) {
            headers.insert(ORIGIN, HeaderValue::from_static(ORIGIN_OF_SHELL));
        }
        Self {
            inner,
            method,
            path: path.to_owned(),
            headers,
            body: Body::empty(),
            at,
        }
    }

    /// Sets a header, instead of one with this name that is there.
    ///
    /// # Panics
    ///
    /// When name or value are none.
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let wrong = |what| -> ! { panic!("{name:?}: {value:?} has no valid {what}") };
        let header = HeaderName::try_from(name).unwrap_or_else(|_| wrong("name"));
        let value = HeaderValue::try_from(value).unwrap_or_else(|_| wrong("value"));
        self.headers.insert(header, value);
        self
    }

    /// Sets the body to this as JSON, and the content type with it.
    ///
    /// # Panics
    ///
    /// When the value has no JSON form.
    #[track_caller]
    pub fn json(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        let json = serde_json::to_vec(value);
        let json = json.unwrap_or_else(|error| panic!("the body has no JSON form: {error}"));
        let json_type = HeaderValue::from_static("application/json");
        self.headers.insert(CONTENT_TYPE, json_type);
        self.body(json)
    }

    /// Sets the body: text, bytes, or a stream as `stratos::axum::body::Body`.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends the request and returns when the answer's head is there, for a body that comes in pieces.
    ///
    /// # Panics
    ///
    /// When there is no answer in time.
    pub async fn stream(self) -> StreamingResponse {
        let (inner, at) = (Arc::clone(&self.inner), self.at);
        let named = format!("{} {}", self.method, self.path);
        let what = format!("an answer to {named}");
        let (status, headers, body) = inner.waiting.within(&what, at, self.send()).await;
        StreamingResponse {
            inner,
            request: named,
            status,
            headers,
            body: body.into_data_stream(),
        }
    }

    async fn whole(self) -> TestResponse {
        let (inner, at) = (Arc::clone(&self.inner), self.at);
        let request = format!("{} {}", self.method, self.path);
        let exchange = async {
            let (status, headers, body) = self.send().await;
            let body = to_bytes(body, usize::MAX).await;
            let body = body.unwrap_or_else(|error| {
                panic!("the body of the answer to {request} breaks off: {error}, at {at}")
            });
            TestResponse {
                request: request.clone(),
                status,
                headers,
                body,
            }
        };
        let what = format!("a whole answer to {request} (`.stream()` reads endless ones)");
        inner.waiting.within(&what, at, exchange).await
    }

    async fn send(self) -> (StatusCode, HeaderMap, Body) {
        let uri = format!("{ORIGIN_OF_SHELL}{}", self.path);
        let mut request = Request::builder()
            .method(self.method)
            .uri(uri)
            .body(self.body)
            .unwrap_or_else(|error| panic!("{:?} is no path: {error}, at {}", self.path, self.at));
        let host = self.headers.get(HOST).is_none();
        *request.headers_mut() = self.headers;
        if host {
            let ours = HeaderValue::from_static("127.0.0.1:2066");
            request.headers_mut().insert(HOST, ours);
        }
        match self.inner.door.request(request).await {
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
        Box::pin(self.whole())
    }
}

impl TestResponse {
    /// The status, comparable with a number.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// A header that is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body as text; what is no UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body from JSON.
    ///
    /// # Panics
    ///
    /// When it is no `T`, with the body.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            let (request, status, text) = (&self.request, self.status, self.text());
            let wanted = type_name::<T>();
            panic!("{request} answered {status} with a body that is no `{wanted}`: {error}\n{text}")
        })
    }
}

impl StreamingResponse {
    /// The status, comparable with a number.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// A header that is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Waits for the next piece of the body; `None` at its end.
    ///
    /// # Errors
    ///
    /// When the body breaks off.
    ///
    /// # Panics
    ///
    /// When nothing comes in time.
    #[track_caller]
    pub fn chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, axum::Error>> + Send {
        let at = Location::caller();
        async move {
            let what = format!("more of the answer to {}", self.request);
            let next = self.body.next();
            self.inner.waiting.within(&what, at, next).await.transpose()
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
