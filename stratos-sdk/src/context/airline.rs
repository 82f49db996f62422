//! `ctx.airline`: the airline that the pilot is bound to, and its API.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use stratos_protocol::Service;
use stratos_protocol::airline::{self, Answer, Call, GetAirline, Method, check_path};
use stratos_protocol::excerpt::excerpt;
use stratos_protocol::limits::AIRLINE_BODY_BYTES;
use thiserror::Error;
use tokio::sync::Semaphore;

use crate::context::service::ContextService;
use crate::context::shared::Shared;
use crate::context::shell_services::ServiceError;

/// Limit of concurrent requests. Further ones wait in the plugin, so that a slow airline does not delay its other
/// messages.
const MAX_CONCURRENT_CALLS: usize = 16;
/// Number of characters of a body that an error shows.
const MAX_BODY_CHARS: usize = 200;

/// The airline that the pilot is bound to, and its API (V3: `ctx.airline`). Cheap to clone.
///
/// The shell makes the requests with the pilot's token, which the plugin never sees. If the airline refuses the token,
/// the shell refreshes the login and repeats the request once.
///
/// ```no_run
/// # use stratos::serde_json::{Value, json};
/// # async fn f(ctx: stratos::PluginContext) -> stratos::Result {
/// if let Some(airline) = ctx.airline.bound().await? {
///     ctx.logger.info("MyPlugin", format_args!("flying for {}", airline.name));
///     let bids: Vec<Value> = ctx.airline.get("/api/bids").await?.json()?;
///     ctx.airline.post("/api/reports", &json!({ "bids": bids.len() })).await?.check()?;
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Airline {
    shared: Arc<Shared>,
    call_permits: Arc<Semaphore>,
}

/// An answer of the airline's API, with any status.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "the airline may have refused the request: call `check` or `json`"]
pub struct AirlineResponse {
    /// Status code, such as 200 or 404.
    pub status: u16,
    /// The body: its value if it is JSON, a text if it is anything else, `null` if it is empty.
    pub body: Value,
}

/// The airline's API answered something else than the plugin needs.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AirlineError {
    /// The status is not one of success.
    #[error("the airline answered {status}: {}", excerpt(&body.to_string(), MAX_BODY_CHARS))]
    Status {
        /// The status code.
        status: u16,
        /// The body.
        body: Value,
    },
    /// The body is not of the wanted type.
    #[error("the airline answered {}, which is not a `{wanted}`", excerpt(&body.to_string(), MAX_BODY_CHARS))]
    Body {
        /// The body.
        body: Value,
        /// Name of the wanted type.
        wanted: &'static str,
        /// Error of the deserializer.
        #[source]
        source: serde_json::Error,
    },
}

impl AirlineResponse {
    /// Whether the status is 200 to 299.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns the body if the status is one of success.
    ///
    /// # Errors
    ///
    /// [`AirlineError::Status`] otherwise.
    pub fn check(self) -> Result<Value, AirlineError> {
        match self.is_success() {
            true => Ok(self.body),
            false => Err(AirlineError::Status {
                status: self.status,
                body: self.body,
            }),
        }
    }

    /// Deserializes the body of a response whose status is one of success.
    ///
    /// # Errors
    ///
    /// If the status is another one, or the body is not a `T`.
    pub fn json<T: DeserializeOwned>(self) -> Result<T, AirlineError> {
        let body = self.check()?;
        T::deserialize(&body).map_err(|source| AirlineError::Body {
            body,
            wanted: std::any::type_name::<T>(),
            source,
        })
    }
}

impl Airline {
    /// The bound airline; `None` if the pilot is bound to none.
    ///
    /// # Errors
    ///
    /// If the shell has no airlines, or fails.
    pub async fn bound(&self) -> Result<Option<airline::Airline>, ServiceError> {
        self.shared
            .call_service(Service::Airline, &GetAirline {})
            .await
    }

    /// Sends a `GET` request. `path` begins with `/` and may have a query; the shell adds the airline's base URL.
    ///
    /// # Errors
    ///
    /// If there is no airline, the path leads elsewhere, or the airline does not answer. Every status is an answer.
    pub async fn get(&self, path: &str) -> Result<AirlineResponse, ServiceError> {
        self.call(Method::Get, path, None).await
    }

    /// Sends a `DELETE` request; see [`get`](Self::get).
    ///
    /// # Errors
    ///
    /// As those of [`get`](Self::get).
    pub async fn delete(&self, path: &str) -> Result<AirlineResponse, ServiceError> {
        self.call(Method::Delete, path, None).await
    }

    /// Sends a `POST` request with a body as JSON; see [`get`](Self::get).
    ///
    /// # Errors
    ///
    /// As those of [`get`](Self::get), and if the body has no JSON form or is longer than 512 KiB.
    pub async fn post<T: Serialize + ?Sized>(
        &self,
        path: &str,
        body: &T,
    ) -> Result<AirlineResponse, ServiceError> {
        self.call(Method::Post, path, Some(encode(body)?)).await
    }

    /// Sends a `PUT` request with a body as JSON; see [`get`](Self::get).
    ///
    /// # Errors
    ///
    /// As those of [`post`](Self::post).
    pub async fn put<T: Serialize + ?Sized>(
        &self,
        path: &str,
        body: &T,
    ) -> Result<AirlineResponse, ServiceError> {
        self.call(Method::Put, path, Some(encode(body)?)).await
    }

    /// Sends a `PATCH` request with a body as JSON; see [`get`](Self::get).
    ///
    /// # Errors
    ///
    /// As those of [`post`](Self::post).
    pub async fn patch<T: Serialize + ?Sized>(
        &self,
        path: &str,
        body: &T,
    ) -> Result<AirlineResponse, ServiceError> {
        self.call(Method::Patch, path, Some(encode(body)?)).await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<AirlineResponse, ServiceError> {
        check_path(path).map_err(|error| argument(error.to_string()))?;
        let call = Call {
            method,
            path: path.to_owned(),
            body,
        };
        let permit = self.call_permits.acquire().await;
        let _permit = permit.expect("the semaphore is never closed");
        let answer = self.shared.call_service(Service::Airline, &call).await?;
        let Answer { status, body } = answer;
        Ok(AirlineResponse { status, body })
    }
}

fn encode<T: Serialize + ?Sized>(body: &T) -> Result<Value, ServiceError> {
    let value = serde_json::to_value(body);
    let value = value.map_err(|error| argument(format!("the body has no JSON form: {error}")))?;
    match value.to_string().len() {
        0..=AIRLINE_BODY_BYTES => Ok(value),
        bytes => {
            let reason =
                format!("the body is {bytes} bytes long, at most {AIRLINE_BODY_BYTES} are allowed");
            Err(argument(reason))
        }
    }
}

fn argument(reason: String) -> ServiceError {
    let service = Service::Airline;
    ServiceError::Argument { service, reason }
}

impl ContextService for Airline {
    fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            call_permits: Arc::new(Semaphore::new(MAX_CONCURRENT_CALLS)),
        }
    }
}
