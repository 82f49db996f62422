//! Route handlers: axum's extractors and responses, one step at a time so that the compiler can point at the one that
//! is wrong.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;

use crate::error::{BoxError, Result};

/// An argument of a route's handler that another one follows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a route's handler here",
    label = "is no axum extractor, or one that reads the body",
    note = "what reads the body, such as `Json<T>`, has to be the last argument",
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

/// The last argument of a route's handler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a route's handler",
    label = "is no axum extractor",
    note = "`Path<T>`, `Query<T>`, `Json<T>` and `HeaderMap` are extractors, see `stratos::axum::extract`; \
            `T` has to derive `serde::Deserialize`"
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

/// What a route's handler may return.
#[diagnostic::on_unimplemented(
    message = "a route's handler cannot answer with `{Self}`",
    label = "is no response",
    note = "wrap data in `stratos::axum::Json(...)`; text, a `StatusCode`, tuples of these, and a `stratos::Result` of these will do too"
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

/// Why a handler gave no answer of its own.
#[derive(Debug)]
pub enum NoAnswer {
    /// An extractor refused the request.
    Refused(Box<Response>),
    /// The handler failed.
    Failed(BoxError),
}

impl NoAnswer {
    fn refused(response: Response) -> Self {
        Self::Refused(Box::new(response))
    }
}

/// Boxed, since the compiler would complain twice about an opaque future of a wrong type.
pub fn extract<'p, T: RouteArgument + 'p>(
    parts: &'p mut Parts,
) -> BoxFuture<'p, Result<T, NoAnswer>> {
    Box::pin(async { T::extract(parts).await.map_err(NoAnswer::refused) })
}

pub async fn extract_last<T: LastArgument<M>, M>(parts: Parts, body: Body) -> Result<T, NoAnswer> {
    let request = Request::from_parts(parts, body);
    T::extract(request).await.map_err(NoAnswer::refused)
}

/// The answer of a handler whose answer is a response, also where it is an error.
#[derive(Debug)]
pub struct Responding;

impl Responding {
    pub fn respond<T: RouteAnswer>(self, answer: T) -> Result<Response, NoAnswer> {
        Ok(answer.respond())
    }
}

/// The answer of a handler that returns a `stratos::Result`, whose error is no response.
#[derive(Debug)]
pub struct Failing;

impl Failing {
    pub fn respond<T: RouteAnswer>(self, answer: Result<T>) -> Result<Response, NoAnswer> {
        answer.map(RouteAnswer::respond).map_err(NoAnswer::Failed)
    }
}

/// Chosen by `(&answer).__stratos_route_kind()` for a `stratos::Result`; see [`Fallible`](super::Fallible).
pub trait FailingRoute {
    fn __stratos_route_kind(&self) -> Failing;
}

impl<T> FailingRoute for Result<T> {
    fn __stratos_route_kind(&self) -> Failing {
        Failing
    }
}

/// Chosen by `(&answer).__stratos_route_kind()` for everything else.
pub trait RespondingRoute {
    fn __stratos_route_kind(&self) -> Responding;
}

impl<T> RespondingRoute for &T {
    fn __stratos_route_kind(&self) -> Responding {
        Responding
    }
}
