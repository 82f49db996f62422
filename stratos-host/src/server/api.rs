//! The control API; its shapes are in [`crate::control`].

use std::convert::Infallible;

use axum::body::{Body as Lines, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Query, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream::{self, unfold};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::control::{
    AuthInfo, ConfigValues, Control, ControlError, Invoke, PluginInfo, SwitchAuth,
};
use crate::event::ScenarioProgress;
use crate::plugin::PluginError;
use crate::scenario::{Afterwards, Busy, Scenario, play_in_turn};
use crate::server::error_response;
use crate::server::request_guard::{RequestGuard, require_token};
use crate::store::{ConfigExport, StoreError};

/// The largest body, which is an import of all config values: 64 MiB.
const BODY_BYTES: usize = 64 * 1024 * 1024;

/// More than axum says in a refusal.
const REFUSAL_BYTES: usize = 64 * 1024;

pub(super) fn router(guard: RequestGuard) -> Router<Control> {
    Router::new()
        .route("/plugins", get(plugins))
        .route("/plugins/{id}/start", post(start))
        .route("/plugins/{id}/stop", post(stop))
        .route("/plugins/{id}/update", post(update))
        .route("/plugins/{id}/invoke", post(invoke))
        .route(
            "/config",
            get(config_everything).put(config_replace_everything),
        )
        .route("/plugins/{id}/config", get(config_all).put(config_replace))
        .route(
            "/plugins/{id}/config/value",
            get(config_get).put(config_set).delete(config_delete),
        )
        .route("/auth", get(auth).put(switch_auth))
        .route("/scenario", post(play))
        .route("/events", get(events))
        .fallback(async || {
            error_response(StatusCode::NOT_FOUND, "the control API has no such path")
        })
        .method_not_allowed_fallback(async || {
            let text = "the control API has this path, but not with this method";
            error_response(StatusCode::METHOD_NOT_ALLOWED, text)
        })
        .layer(map_response(in_one_shape))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(from_fn_with_state(guard, require_token))
}

type Answer<T> = Result<Json<T>, Refused>;

struct Refused(ControlError);

impl From<ControlError> for Refused {
    fn from(error: ControlError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = match &self.0 {
            ControlError::Plugin(PluginError::Unknown { .. })
            | ControlError::NoHandler { .. }
            | ControlError::NoValue { .. } => StatusCode::NOT_FOUND,
            ControlError::Plugin(_) | ControlError::NotRunning { .. } => StatusCode::CONFLICT,
            ControlError::Handler { .. } | ControlError::NoAnswer { .. } => StatusCode::BAD_GATEWAY,
            ControlError::Value(StoreError::TooDeep { .. }) => StatusCode::UNPROCESSABLE_ENTITY,
            ControlError::Value(_) => StatusCode::PAYLOAD_TOO_LARGE,
            ControlError::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
            ControlError::Persona(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        error_response(status, self.0.to_string())
    }
}

/// What axum itself refuses, such as a query without its key, in the shape of all failures.
async fn in_one_shape(response: Response) -> Response {
    let is_text = |kind: &HeaderValue| kind.as_bytes().starts_with(b"text/plain");
    let kind = response.headers().get(CONTENT_TYPE);
    if !response.status().is_client_error() || !kind.is_some_and(is_text) {
        return response;
    }
    let status = response.status();
    match to_bytes(response.into_body(), REFUSAL_BYTES).await {
        Ok(text) => error_response(status, String::from_utf8_lossy(&text)),
        Err(error) => error_response(status, error.to_string()),
    }
}

/// A JSON body, whose mistakes are answered in the shape of all failures.
struct Body<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|error| error_response(error.status(), error.body_text()))?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            let text = format!("the body is not what this path takes: {error}");
            error_response(StatusCode::UNPROCESSABLE_ENTITY, text)
        })
    }
}

async fn plugins(State(control): State<Control>) -> Json<Vec<PluginInfo>> {
    Json(control.plugins())
}

async fn start(State(control): State<Control>, Path(id): Path<String>) -> Answer<()> {
    Ok(Json(control.start(&id).await?))
}

async fn stop(State(control): State<Control>, Path(id): Path<String>) -> Answer<()> {
    Ok(Json(control.stop(&id).await?))
}

async fn update(State(control): State<Control>, Path(id): Path<String>) -> Answer<()> {
    Ok(Json(control.update(&id).await?))
}

async fn invoke(
    State(control): State<Control>,
    Path(id): Path<String>,
    Body(Invoke { channel, payload }): Body<Invoke>,
) -> Answer<Value> {
    Ok(Json(control.invoke(&id, &channel, payload).await?))
}

#[derive(Deserialize)]
struct Key {
    key: String,
}

async fn config_get(
    State(control): State<Control>,
    Path(id): Path<String>,
    Query(Key { key }): Query<Key>,
) -> Answer<Value> {
    Ok(Json(control.config_get(&id, &key).await?))
}

async fn config_set(
    State(control): State<Control>,
    Path(id): Path<String>,
    Query(Key { key }): Query<Key>,
    Body(value): Body<Value>,
) -> Answer<()> {
    Ok(Json(control.config_set(&id, key, value).await?))
}

async fn config_delete(
    State(control): State<Control>,
    Path(id): Path<String>,
    Query(Key { key }): Query<Key>,
) -> Answer<()> {
    Ok(Json(control.config_delete(&id, &key).await?))
}

async fn config_all(
    State(control): State<Control>,
    Path(id): Path<String>,
) -> Answer<ConfigValues> {
    Ok(Json(control.config_all(&id).await?))
}

async fn config_replace(
    State(control): State<Control>,
    Path(id): Path<String>,
    Body(values): Body<ConfigValues>,
) -> Answer<()> {
    Ok(Json(control.config_replace(&id, values).await?))
}

#[derive(Deserialize)]
struct File {
    file: String,
}

/// The answer is a line of JSON for each step, and the scenario ends with whoever reads it.
async fn play(
    State(control): State<Control>,
    Query(File { file }): Query<File>,
    text: String,
) -> Response {
    let ids: Vec<_> = control.plugins().into_iter().map(|its| its.id).collect();
    let scenario = Scenario::parse(&file, &text).and_then(|scenario| scenario.fit(&ids));
    let scenario = match scenario {
        Ok(scenario) => scenario,
        Err(error) => return error_response(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
    };
    let Some(turn) = control.turn() else {
        return error_response(StatusCode::CONFLICT, Busy.to_string());
    };
    // All that is told fits, so that no step waits for whoever reads.
    let (sender, receiver) = mpsc::channel(scenario.steps.len() + 2);
    let until = CancellationToken::new();
    let reader = until.clone().drop_guard();
    tokio::spawn(async move {
        let tell = |progress: &ScenarioProgress| drop(sender.try_send(progress.clone()));
        let afterwards = Afterwards::GoesOn;
        let played = play_in_turn(turn, &control, &scenario, afterwards, &until, tell);
        // Whoever reads has been told.
        let _ = played.await;
    });
    let lines = unfold((receiver, reader), |(mut receiver, reader)| async {
        let progress = receiver.recv().await?;
        let mut line = serde_json::to_string(&progress).expect("progress has a JSON form");
        line.push('\n');
        Some((Ok::<_, Infallible>(line), (receiver, reader)))
    });
    Lines::from_stream(lines).into_response()
}

async fn config_everything(State(control): State<Control>) -> Answer<ConfigExport> {
    Ok(Json(control.config_everything().await?))
}

async fn config_replace_everything(
    State(control): State<Control>,
    Body(everything): Body<ConfigExport>,
) -> Answer<()> {
    Ok(Json(control.config_replace_everything(everything).await?))
}

async fn auth(State(control): State<Control>) -> Json<AuthInfo> {
    Json(control.auth())
}

async fn switch_auth(
    State(control): State<Control>,
    Body(SwitchAuth { persona }): Body<SwitchAuth>,
) -> Answer<()> {
    Ok(Json(control.switch_auth(&persona).await?))
}

async fn events(
    State(control): State<Control>,
) -> Sse<impl stream::Stream<Item = Result<Event, Infallible>>> {
    let stream = unfold(
        (control.subscribe(), control),
        |(mut watcher, control)| async {
            let event = tokio::select! {
                event = watcher.next() => event?,
                () = control.ending() => return None,
            };
            let text = serde_json::to_string(&*event).expect("events have a JSON form");
            Some((Ok(Event::default().data(text)), (watcher, control)))
        },
    );
    Sse::new(stream).keep_alive(KeepAlive::default())
}
