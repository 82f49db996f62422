//! The routes of the control API; see [`crate::remote`] for its operations and their types.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Query, RawPathParams, State};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, get, on, post};
use axum::{Json, Router};
use futures_util::stream::{Stream, unfold};
use serde::Deserialize;
use stratos_protocol::error::chain;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::control::{Control, ControlError};
use crate::event::ScenarioProgress;
use crate::plugin::PluginError;
use crate::remote::{
    AnswerModal, CommandFlight, DecodeError, ExportConfig, FLIGHT_FRAMES_PATH, GetAuth,
    GetConfigValue, GetFlight, GetPluginConfig, GetSettings, ImportConfig, Invoke, InvokeChannel,
    ListModals, ListPlugins, Operation, PersonaName, RemoveConfigValue, ReplacePluginConfig,
    SCENARIO_PATH, SetConfigValue, SetUncheckedConfigValue, StartFlight, StartPlugin, StopPlugin,
    SwitchAuth, UpdatePlugin,
};
use crate::scenario::{AfterScenario, Scenario, ScenarioPlayer};
use crate::server::error_response::operation_failed;
use crate::server::flight_frames;
use crate::server::request_guard::{RequestGuard, require_token};
use crate::services::AnswerModalError;
use crate::store::StoreError;

/// The largest body of a request, which is an import of all config values: 64 MiB.
const BODY_BYTES: usize = 64 * 1024 * 1024;

pub(super) fn router(guard: RequestGuard) -> Router<Control> {
    Router::new()
        .operation(async |control, ListPlugins {}| Ok(control.plugins()))
        .operation(async |control, StartPlugin { plugin }| control.start(&plugin).await)
        .operation(async |control, StopPlugin { plugin }| control.stop(&plugin).await)
        .operation(async |control, UpdatePlugin { plugin }| control.update(&plugin).await)
        .operation(async |control, InvokeChannel { plugin, invoke }| {
            let Invoke { channel, payload } = invoke;
            control.invoke(&plugin, &channel, payload).await
        })
        .operation(async |control, GetPluginConfig { plugin }| control.config_all(&plugin).await)
        .operation(async |control, ReplacePluginConfig { plugin, values }| {
            control.config_replace(&plugin, values).await
        })
        .operation(async |control, GetConfigValue { plugin, key }| {
            control.config_get(&plugin, &key).await
        })
        .operation(async |control, SetConfigValue { plugin, key, value }| {
            control.config_set(&plugin, key, value).await
        })
        .operation(
            async |control, SetUncheckedConfigValue { plugin, key, value }| {
                control.config_set_unchecked(&plugin, key, value).await
            },
        )
        .operation(async |control, GetSettings { plugin }| control.settings(&plugin))
        .operation(async |control, RemoveConfigValue { plugin, key }| {
            control.config_delete(&plugin, &key).await
        })
        .operation(async |control, ExportConfig {}| control.config_export().await)
        .operation(async |control, ImportConfig { export }| control.config_import(export).await)
        .operation(async |control, ListModals {}| Ok(control.modals()))
        .operation(async |control, AnswerModal { id, answer }| {
            let id = id.parse().map_err(|_| AnswerModalError::not_found(&id))?;
            control.answer(id, answer.answer.as_ref())
        })
        .operation(async |control, GetAuth {}| Ok(control.auth()))
        .operation(async |control, SwitchAuth { persona }| {
            let PersonaName { persona } = persona;
            control.switch_auth(&persona).await
        })
        .operation(async |control, GetFlight {}| Ok(control.flight()))
        .operation(async |control, StartFlight { request }| control.start_flight(request).await)
        .operation(async |control, CommandFlight { command }| control.command_flight(command))
        .route(SCENARIO_PATH, post(play_scenario))
        .route("/events", get(stream_events))
        .route(FLIGHT_FRAMES_PATH, get(flight_frames::stream))
        .fallback(async || {
            operation_failed(StatusCode::NOT_FOUND, "the control API has no such path")
        })
        .method_not_allowed_fallback(async || {
            let text = "the control API has this path, but not with this method";
            operation_failed(StatusCode::METHOD_NOT_ALLOWED, text)
        })
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(from_fn_with_state(guard, require_token))
}

/// Adds routes of [operations](Operation) to a router.
trait OperationRouter {
    /// Adds the route of one operation, which `run` executes.
    fn operation<O, F, A>(self, run: F) -> Self
    where
        O: Operation + 'static,
        F: Fn(Control, O) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Result<O::Answer, ControlError>> + Send;
}

impl OperationRouter for Router<Control> {
    fn operation<O, F, A>(self, run: F) -> Self
    where
        O: Operation + 'static,
        F: Fn(Control, O) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Result<O::Answer, ControlError>> + Send,
    {
        let handler = async move |State(control): State<Control>,
                                  path: RawPathParams,
                                  Query(mut params): Query<BTreeMap<String, String>>,
                                  body: Bytes|
                    -> Response {
            let path = path.iter();
            params.extend(path.map(|(name, value)| (name.to_owned(), value.to_owned())));
            match O::decode(params, &body) {
                Ok(operation) => match run(control, operation).await {
                    Ok(answer) => Json(answer).into_response(),
                    Err(error) => operation_failed(status_of(&error), chain(&error)),
                },
                Err(error @ DecodeError::MissingParameter(_)) => {
                    operation_failed(StatusCode::BAD_REQUEST, chain(&error))
                }
                Err(error @ DecodeError::Body(_)) => {
                    operation_failed(StatusCode::UNPROCESSABLE_ENTITY, chain(&error))
                }
            }
        };
        let method = MethodFilter::try_from(O::METHOD).expect("axum can route the method");
        self.route(O::PATH, on(method, handler))
    }
}

fn status_of(error: &ControlError) -> StatusCode {
    match error {
        ControlError::Plugin(PluginError::Unknown { .. })
        | ControlError::NoHandler { .. }
        | ControlError::Modal(AnswerModalError::NotFound { .. })
        | ControlError::NoValue { .. } => StatusCode::NOT_FOUND,
        ControlError::Plugin(_)
        | ControlError::NotRunning { .. }
        | ControlError::SetByAirline { .. }
        | ControlError::NoAirline(_)
        | ControlError::Flight(_) => StatusCode::CONFLICT,
        ControlError::Handler { .. }
        | ControlError::Exited { .. }
        | ControlError::LoginNotAcknowledged { .. }
        | ControlError::NoAnswer { .. } => StatusCode::BAD_GATEWAY,
        ControlError::Setting(_)
        | ControlError::Modal(AnswerModalError::Invalid(_))
        | ControlError::Value(StoreError::TooDeep { .. })
        | ControlError::Persona(_) => StatusCode::UNPROCESSABLE_ENTITY,
        ControlError::Value(_) => StatusCode::PAYLOAD_TOO_LARGE,
        ControlError::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[derive(Deserialize)]
struct ScenarioQuery {
    /// The name of the scenario's file, for messages.
    file: String,
}

/// Plays a scenario. The response has a line of JSON for each step; the scenario is cancelled when its client
/// disconnects.
async fn play_scenario(
    State(control): State<Control>,
    Query(ScenarioQuery { file }): Query<ScenarioQuery>,
    text: String,
) -> Response {
    let plugins = control.plugins().into_iter();
    let ids: Vec<_> = plugins.map(|plugin| plugin.id).collect();
    let scenario = Scenario::parse_and_bind(&file, &text, &ids);
    let scenario = match scenario {
        Ok(scenario) => scenario,
        Err(error) => return operation_failed(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
    };
    let player = match ScenarioPlayer::new(&control) {
        Ok(player) => player,
        Err(error) => return operation_failed(StatusCode::CONFLICT, error.to_string()),
    };
    // Room for all progress messages, so that a slow client does not delay the steps.
    let (sender, receiver) = mpsc::channel(scenario.step_count() + 2);
    let cancel = CancellationToken::new();
    let cancel_on_drop = cancel.clone().drop_guard();
    tokio::spawn(async move {
        let report = |progress: &ScenarioProgress| drop(sender.try_send(progress.clone()));
        let after = AfterScenario::KeepRunning;
        // The outcome is the last progress message.
        let _ = player.play(scenario, after, &cancel, report).await;
    });
    let lines = unfold((receiver, cancel_on_drop), |(mut receiver, guard)| async {
        let progress = receiver.recv().await?;
        let mut line = serde_json::to_string(&progress).expect("progress has a JSON form");
        line.push('\n');
        Some((Ok::<_, Infallible>(line), (receiver, guard)))
    });
    Body::from_stream(lines).into_response()
}

/// Streams all events until the client disconnects or the shell ends.
async fn stream_events(
    State(control): State<Control>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let state = (control.subscribe(), control);
    let stream = unfold(state, |(mut subscriber, control)| async {
        let event = tokio::select! {
            event = subscriber.next() => event?,
            () = control.shutdown_started() => return None,
        };
        let text = serde_json::to_string(&*event).expect("events have a JSON form");
        Some((Ok(Event::default().data(text)), (subscriber, control)))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}
