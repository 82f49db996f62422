//! Arguments and responses of route handlers.
//!
//! Generated code calls axum's extractors one by one, so that the compiler can point at the wrong one.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;

use crate::error::{BoxError, Result};

/// Argument of a route handler, except for the last one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a route handler in this position",
    label = "not an axum extractor, or one that reads the body",
    note = "an extractor that reads the body, such as `Json<T>`, must be the last argument",
    note = "`Path<T>`, `Query<T>` and `HeaderMap` are extractors, see `stratos::axum::extract`"
)]
pub trait RouteArgument: Sized + Send {
    fn extract(parts: &mut Parts) -> impl Future<Output = Result<Self, Response>> + Send;
}

#[diagnostic::do_not_recommend]
impl<T: FromRequestParts<()> + Send> RouteArgument for T {
    async fn extract(parts: &mut Parts) -> Result<Self, Response> {
        let extracted = T::from_request_parts(parts, &()).await;
        extracted.map_err(IntoResponse::into_response)
    }
}

/// Last argument of a route handler, which may read the body.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a route handler",
    label = "not an axum extractor",
    note = "`Path<T>`, `Query<T>`, `Json<T>` and `HeaderMap` are extractors, see `stratos::axum::extract`; \
            `T` must implement `serde::Deserialize`"
)]
pub trait LastArgument<M>: Sized {
    fn extract(request: Request) -> impl Future<Output = Result<Self, Response>> + Send;
}

#[diagnostic::do_not_recommend]
impl<M, T: FromRequest<(), M>> LastArgument<M> for T {
    async fn extract(request: Request) -> Result<Self, Response> {
        let extracted = T::from_request(request, &()).await;
        extracted.map_err(IntoResponse::into_response)
    }
}

/// Return type of a route handler.
#[diagnostic::on_unimplemented(
    message = "a route handler cannot return `{Self}`",
    label = "not a response",
    note = "wrap data in `stratos::axum::Json(...)`; text, a `StatusCode`, tuples of these, and a `stratos::Result` of these also work"
)]
pub trait RouteAnswer {
    fn respond(self) -> Response;
}

#[diagnostic::do_not_recommend]
impl<T: IntoResponse> RouteAnswer for T {
    fn respond(self) -> Response {
        self.into_response()
    }
}

/// Reason why a route handler returned no response.
#[derive(Debug)]
pub enum RouteError {
    /// An extractor rejected the request with this response.
    Rejected(Box<Response>),
    /// The handler returned this error.
    Failed(BoxError),
}

impl RouteError {
    fn rejected(response: Response) -> Self {
        Self::Rejected(Box::new(response))
    }
}

/// Extracts an argument. The future is boxed, since the compiler would report a wrong type twice for an opaque one.
pub fn extract<'p, T: RouteArgument + 'p>(
    parts: &'p mut Parts,
) -> BoxFuture<'p, Result<T, RouteError>> {
    Box::pin(async { T::extract(parts).await.map_err(RouteError::rejected) })
}

pub async fn extract_last<T: LastArgument<M>, M>(
    parts: Parts,
    body: Body,
) -> Result<T, RouteError> {
    let request = Request::from_parts(parts, body);
    T::extract(request).await.map_err(RouteError::rejected)
}

/// Kind of answer that is a response, also where it is an error.
#[derive(Debug)]
pub struct PlainResponse;

impl PlainResponse {
    pub fn respond<T: RouteAnswer>(self, answer: T) -> Result<Response, RouteError> {
        Ok(answer.respond())
    }
}

/// Kind of answer that is a `stratos::Result`, whose error is no response.
#[derive(Debug)]
pub struct FallibleResponse;

impl FallibleResponse {
    pub fn respond<T: RouteAnswer>(self, answer: Result<T>) -> Result<Response, RouteError> {
        answer.map(RouteAnswer::respond).map_err(RouteError::Failed)
    }
}

/// Autoref specialization for a `stratos::Result`; see [`Fallible`](super::Fallible).
pub trait FallibleRoute {
    fn __stratos_route_kind(&self) -> FallibleResponse;
}

impl<T> FallibleRoute for Result<T> {
    fn __stratos_route_kind(&self) -> FallibleResponse {
        FallibleResponse
    }
}

/// Autoref specialization for all other answers.
pub trait PlainRoute {
    fn __stratos_route_kind(&self) -> PlainResponse;
}

impl<T> PlainRoute for &T {
    fn __stratos_route_kind(&self) -> PlainResponse {
        PlainResponse
    }
}
