//! The WebSocket over which a plugin's UI calls IPC channels and receives pushes.
//!
//! A UI has no token, here as in the real shell: the request guard keeps pages of other sites out.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use axum::extract::{Path, State, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use stratos_protocol::limits::{FRAME_BYTES, REQUESTS_IN_FLIGHT};
use stratos_protocol::logger::Level;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::control::{Control, ControlError};
use crate::event::{Event, JsonText, Subscriber};
use crate::server::error_response::operation_failed;

/// The prefix of the WebSockets' paths; the plugin's id follows.
pub(super) const IPC_PREFIX: &str = "/__stratos/ipc/";
/// The most bytes of calls in flight and of unread results that one connection may hold: 16 MiB.
const MAX_QUEUED_BYTES: usize = 16 * 1024 * 1024;
/// Timeout for sending a message. A UI that does not read for so long is disconnected.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest reason in a close frame, in characters: a control frame has at most 125 bytes.
const CLOSE_REASON_CHARS: usize = 100;

/// A message from a UI.
#[derive(Debug, Deserialize)]
struct UiMessage<'a> {
    #[serde(rename = "type")]
    _type: UiMessageType,
    id: u64,
    channel: String,
    #[serde(borrow, default)]
    payload: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum UiMessageType {
    /// A call, answered by `result` or `error` with the same id.
    Invoke,
}

/// A message to a UI.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum ShellMessage<'a> {
    Result {
        id: u64,
        result: &'a RawValue,
    },
    Error {
        id: Option<u64>,
        error: String,
    },
    Push {
        channel: &'a str,
        payload: &'a JsonText,
    },
    /// Pushes were dropped because the UI did not read fast enough.
    Missed {
        count: u64,
    },
}

/// The text of a `result` or an `error` message, on its way to the connection.
struct Answer {
    text: String,
    /// The sequence number before which pushes are older than the answer: they are sent first.
    sequence: u64,
    /// `None` for an error message that has replaced an answer above the limit.
    permit: Option<OwnedSemaphorePermit>,
}

/// A call that was parsed and counted.
struct Call {
    id: u64,
    channel: String,
    payload: Box<RawValue>,
    permit: OwnedSemaphorePermit,
}

/// The WebSocket of one UI.
struct UiConnection {
    socket: WebSocket,
    control: Control,
    plugin: String,
}

pub(super) async fn upgrade(
    State(control): State<Control>,
    Path(plugin): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    if let Err(error) = control.plugin(&plugin) {
        return operation_failed(StatusCode::NOT_FOUND, error.to_string());
    }
    upgrade
        .max_message_size(FRAME_BYTES)
        .max_frame_size(FRAME_BYTES)
        .on_upgrade(move |socket| serve(socket, control, plugin))
}

/// Serves a UI until it disconnects or the shell stops.
async fn serve(socket: WebSocket, control: Control, plugin: String) {
    control.plugin_opened(&plugin);
    let mut pushes = control.subscribe_to_pushes(&plugin);
    let clock = pushes.sequence_clock();
    let (answer_sender, mut answers) = mpsc::channel::<Answer>(REQUESTS_IN_FLIGHT);
    let queued_bytes = Arc::new(Semaphore::new(MAX_QUEUED_BYTES));
    let mut ui = UiConnection {
        socket,
        control: control.clone(),
        plugin,
    };
    // Calls in flight are cancelled when the connection ends.
    let mut calls = JoinSet::new();
    loop {
        // Pushes come last, so that an endless series of them delays nothing else.
        let (text, _permit) = tokio::select! {
            biased;
            Some(answer) = answers.recv() => {
                if !ui.send_pushes_before(&mut pushes, answer.sequence).await {
                    return;
                }
                (answer.text, answer.permit)
            }
            () = control.shutdown_started() => {
                ui.send_pushes_before(&mut pushes, clock.now()).await;
                return;
            }
            received = ui.socket.recv() => match received {
                Some(Ok(Message::Text(text))) => {
                    while calls.try_join_next().is_some() {}
                    match parse_call(&text, calls.len(), &queued_bytes) {
                        Ok(call) => {
                            let (control, plugin) = (control.clone(), ui.plugin.clone());
                            let (sender, clock) = (answer_sender.clone(), clock.clone());
                            let queued_bytes = Arc::clone(&queued_bytes);
                            calls.spawn(async move {
                                let Call { id, channel, payload, permit } = call;
                                let result = control.invoke_raw(&plugin, &channel, payload).await;
                                let sequence = clock.now();
                                drop(permit);
                                let (text, permit) = encode_answer(id, result, &queued_bytes);
                                // Fails if the connection has ended meanwhile.
                                let _ = sender.send(Answer { text, sequence, permit }).await;
                            });
                            continue;
                        }
                        Err(error) => (encode(&error), None),
                    }
                }
                Some(Ok(Message::Binary(_))) => {
                    (encode_error(None, "send text, not binary".to_owned()), None)
                }
                // axum answers pings.
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Err(error)) => return ui.close(&error).await,
                Some(Ok(Message::Close(_))) | None => return,
            },
            event = pushes.next() => match event {
                Some(event) => (encode_push(&event), None),
                None => return,
            },
        };
        if !ui.send(text).await {
            return;
        }
    }
}

/// Parses a message and counts its bytes, unless too many calls are in flight.
fn parse_call(
    text: &str,
    in_flight: usize,
    queued_bytes: &Arc<Semaphore>,
) -> Result<Call, ShellMessage<'static>> {
    let message = serde_json::from_str(text).map_err(|error| ShellMessage::Error {
        id: None,
        error: error.to_string(),
    });
    let UiMessage {
        id,
        channel,
        payload,
        ..
    } = message?;
    let permit = acquire(queued_bytes, text.len()).filter(|_| in_flight < REQUESTS_IN_FLIGHT);
    let permit = permit.ok_or_else(|| ShellMessage::Error {
        id: Some(id),
        error: "too many calls at once".to_owned(),
    })?;
    Ok(Call {
        id,
        channel,
        payload: payload.unwrap_or(RawValue::NULL).to_owned(),
        permit,
    })
}

/// Encodes the answer to a call. An answer above the limit is replaced by an error.
fn encode_answer(
    id: u64,
    result: Result<Box<RawValue>, ControlError>,
    queued_bytes: &Arc<Semaphore>,
) -> (String, Option<OwnedSemaphorePermit>) {
    let text = match result {
        Ok(result) => encode(&ShellMessage::Result {
            id,
            result: &result,
        }),
        Err(error) => encode_error(Some(id), error.to_string()),
    };
    if let Some(permit) = acquire(queued_bytes, text.len()) {
        return (text, Some(permit));
    }
    let mib = MAX_QUEUED_BYTES / 1024 / 1024;
    let error = format!("the answer is lost: more than {mib} MiB wait for this UI to read them");
    (encode_error(Some(id), error), None)
}

/// Takes a permit for each byte; `None` if too few are left.
fn acquire(queued_bytes: &Arc<Semaphore>, bytes: usize) -> Option<OwnedSemaphorePermit> {
    let bytes = u32::try_from(bytes).ok()?;
    Arc::clone(queued_bytes).try_acquire_many_owned(bytes).ok()
}

impl UiConnection {
    /// Sends the pushes before a sequence number. Returns false if the UI does not read any more.
    async fn send_pushes_before(&mut self, pushes: &mut Subscriber, sequence: u64) -> bool {
        while let Some(event) = pushes.next_before(sequence) {
            if !self.send(encode_push(&event)).await {
                return false;
            }
        }
        true
    }

    /// Sends a message. Returns false if the UI does not read any more.
    async fn send(&mut self, text: String) -> bool {
        let sent = self.socket.send(Message::Text(text.into()));
        match timeout(SEND_TIMEOUT, sent).await {
            Ok(sent) => sent.is_ok(),
            Err(_) => {
                let seconds = SEND_TIMEOUT.as_secs();
                let text = format!(
                    "a UI did not read its messages for {seconds} s, so its connection was closed"
                );
                self.control.log(&self.plugin, Level::Warn, text);
                false
            }
        }
    }

    /// Closes the connection after a message that is too large or not a WebSocket message, with the reason.
    async fn close(mut self, error: &axum::Error) {
        let reason = error.to_string();
        let reason: String = reason.chars().take(CLOSE_REASON_CHARS).collect();
        let frame = CloseFrame {
            code: close_code::POLICY,
            reason: reason.into(),
        };
        let sent = self.socket.send(Message::Close(Some(frame)));
        // The connection ends whether or not the UI reads the reason.
        let _ = timeout(SEND_TIMEOUT, sent).await;
    }
}

fn encode_push(event: &Event) -> String {
    match event {
        Event::Push {
            channel, payload, ..
        } => encode(&ShellMessage::Push { channel, payload }),
        Event::Missed { count } => encode(&ShellMessage::Missed { count: *count }),
        other => unreachable!("the subscription is for pushes only: {other:?}"),
    }
}

fn encode_error(id: Option<u64>, error: String) -> String {
    encode(&ShellMessage::Error { id, error })
}

fn encode(message: &ShellMessage<'_>) -> String {
    serde_json::to_string(message).expect("strings and JSON values have a JSON form")
}
