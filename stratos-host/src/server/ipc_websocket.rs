//! IPC for a plugin's UI, over a WebSocket.
//!
//! A UI knows no token, in the real shell as here; what keeps strangers out is the gate.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use axum::extract::{Path, State, WebSocketUpgrade};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use stratos_protocol::limits::{FRAME_BYTES, REQUESTS_IN_FLIGHT};
use stratos_protocol::logger::Level;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::control::{Control, ControlError};
use crate::event::{Event, JsonText, Subscriber};
use crate::server::error_response;

/// How much of a UI's questions and of their answers waits at once: 16 MiB.
const HELD_BYTES: usize = 16 * 1024 * 1024;
/// How long a UI may leave a message unread that does not fit into the socket's buffers.
const READ_DEADLINE: Duration = Duration::from_secs(30);

/// What a UI sends.
#[derive(Debug, Deserialize)]
struct FromUi<'a> {
    #[serde(rename = "type")]
    _type: FromUiType,
    id: u64,
    channel: String,
    #[serde(borrow, default)]
    payload: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FromUiType {
    /// Answered by `result` or `error` with the same id.
    Invoke,
}

/// What a UI receives.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum ToUi<'a> {
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
    /// The UI was too slow for so many pushes.
    Missed {
        count: u64,
    },
}

/// An answer that comes after what was pushed before it.
struct Answer {
    text: String,
    moment: u64,
    held: Held,
}

/// What one UI makes the shell keep, until this is dropped.
struct Held {
    bytes: usize,
    all: Arc<AtomicUsize>,
}

pub(super) async fn upgrade(
    State(control): State<Control>,
    Path(plugin): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    if let Err(error) = control.plugin(&plugin) {
        return error_response(axum::http::StatusCode::NOT_FOUND, error.to_string())
            .into_response();
    }
    upgrade
        .max_message_size(FRAME_BYTES)
        .max_frame_size(FRAME_BYTES)
        .on_upgrade(move |socket| talk(socket, control, plugin))
}

async fn talk(mut socket: WebSocket, control: Control, plugin: String) {
    let mut pushes = control.subscribe_to_pushes(&plugin);
    let moments = pushes.sequence_clock();
    let (answers, mut answered) = mpsc::channel::<Answer>(REQUESTS_IN_FLIGHT);
    let held = Arc::<AtomicUsize>::default();
    // Dropped with the socket, and with it every question whose asker is gone.
    let mut questions = JoinSet::new();
    loop {
        // Pushes come last, of which there may be no end.
        let (text, _held) = tokio::select! {
            biased;
            Some(answer) = answered.recv() => {
                if !show_before(&mut pushes, answer.moment, &mut socket, &control, &plugin).await {
                    return;
                }
                (answer.text, Some(answer.held))
            }
            () = control.ending() => {
                show_before(&mut pushes, moments.now(), &mut socket, &control, &plugin).await;
                return;
            }
            received = socket.recv() => match received {
                Some(Ok(Message::Text(text))) => {
                    while questions.try_join_next().is_some() {}
                    match question(&text, questions.len(), &held) {
                        Ok((id, channel, payload, held)) => {
                            let (control, plugin) = (control.clone(), plugin.clone());
                            let (answers, moments) = (answers.clone(), moments.clone());
                            questions.spawn(async move {
                                let answer = control.invoke_raw(&plugin, &channel, payload).await;
                                let moment = moments.now();
                                let (text, held) = held.swap(id, answer);
                                // The socket may have gone meanwhile.
                                let _ = answers.send(Answer { text, moment, held }).await;
                            });
                            continue;
                        }
                        Err(refusal) => (encode(&refusal), None),
                    }
                }
                Some(Ok(Message::Binary(_))) => {
                    let error = "send text, not binary".to_owned();
                    (encode(&ToUi::Error { id: None, error }), None)
                }
                // axum answers pings itself.
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Err(error)) => return refuse(socket, &error).await,
                Some(Ok(Message::Close(_))) | None => return,
            },
            event = pushes.next() => match event {
                Some(event) => (show(&event), None),
                None => return,
            },
        };
        if !send(&mut socket, text, &control, &plugin).await {
            return;
        }
    }
}

/// What is asked, if there is room for it.
fn question(
    text: &str,
    asked: usize,
    all: &Arc<AtomicUsize>,
) -> Result<(u64, String, Box<RawValue>, Held), ToUi<'static>> {
    let FromUi {
        id,
        channel,
        payload,
        ..
    } = serde_json::from_str(text).map_err(|error| ToUi::Error {
        id: None,
        error: error.to_string(),
    })?;
    let held = Held::new(text.len(), all);
    if asked >= REQUESTS_IN_FLIGHT || held.is_too_much() {
        let error = "too many questions at once".to_owned();
        return Err(ToUi::Error {
            id: Some(id),
            error,
        });
    }
    let payload = payload.unwrap_or(RawValue::NULL).to_owned();
    Ok((id, channel, payload, held))
}

impl Held {
    fn new(bytes: usize, all: &Arc<AtomicUsize>) -> Self {
        all.fetch_add(bytes, Ordering::SeqCst);
        let all = Arc::clone(all);
        Self { bytes, all }
    }

    fn is_too_much(&self) -> bool {
        self.all.load(Ordering::SeqCst) > HELD_BYTES
    }

    /// The answer instead of its question; the news that it is lost, where too many wait to be read.
    fn swap(self, id: u64, answer: Result<Box<RawValue>, ControlError>) -> (String, Self) {
        let text = match answer {
            Ok(result) => encode(&ToUi::Result {
                id,
                result: &result,
            }),
            Err(error) => failed(id, error.to_string()),
        };
        let held = Self::new(text.len(), &self.all);
        drop(self);
        if held.is_too_much() {
            let mib = HELD_BYTES / 1024 / 1024;
            let error =
                format!("the answer is lost: more than {mib} MiB wait for this UI to read them");
            let (text, all) = (failed(id, error), Arc::clone(&held.all));
            drop(held);
            let held = Self::new(text.len(), &all);
            return (text, held);
        }
        (text, held)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.all.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}

/// Sends the pushes that happened before a moment; false where nobody reads any more.
async fn show_before(
    pushes: &mut Subscriber,
    moment: u64,
    socket: &mut WebSocket,
    control: &Control,
    plugin: &str,
) -> bool {
    while let Some(event) = pushes.next_before(moment) {
        if !send(socket, show(&event), control, plugin).await {
            return false;
        }
    }
    true
}

/// False where nobody reads any more.
async fn send(socket: &mut WebSocket, text: String, control: &Control, plugin: &str) -> bool {
    let sent = socket.send(Message::Text(text.into()));
    match tokio::time::timeout(READ_DEADLINE, sent).await {
        Ok(sent) => sent.is_ok(),
        Err(_) => {
            let seconds = READ_DEADLINE.as_secs();
            let text = format!(
                "a UI did not read its messages for {seconds} s, so its connection was closed"
            );
            control.note(plugin, Level::Warn, text);
            false
        }
    }
}

/// Says why, to whoever sent what is no message or too large for one.
async fn refuse(mut socket: WebSocket, error: &axum::Error) {
    let reason = error.to_string();
    let close = CloseFrame {
        code: close_code::POLICY,
        // What fits into a control frame.
        reason: reason.chars().take(100).collect::<String>().into(),
    };
    let close = socket.send(Message::Close(Some(close)));
    // It need not want to know.
    let _ = tokio::time::timeout(READ_DEADLINE, close).await;
}

fn show(event: &Event) -> String {
    match event {
        Event::Push {
            channel, payload, ..
        } => encode(&ToUi::Push { channel, payload }),
        Event::Missed { count } => encode(&ToUi::Missed { count: *count }),
        other => unreachable!("only pushes are watched: {other:?}"),
    }
}

fn failed(id: u64, error: String) -> String {
    encode(&ToUi::Error {
        id: Some(id),
        error,
    })
}

fn encode(message: &ToUi<'_>) -> String {
    serde_json::to_string(message).expect("strings and JSON values have a JSON form")
}
