//! IPC for a plugin's UI, over a WebSocket.
//!
//! A UI knows no token, in the real shell as here; what keeps strangers out is the gate.

use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket};
use axum::extract::{Path, State, WebSocketUpgrade};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stratos_protocol::limits::{FRAME_BYTES, REQUESTS_IN_FLIGHT};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::control::Control;
use crate::events::{Event, Watcher};
use crate::server::failure;

/// What a UI sends.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum FromUi {
    /// Answered by `result` or `error` with the same id.
    Invoke {
        id: u64,
        channel: String,
        #[serde(default)]
        payload: Value,
    },
}

/// What a UI receives.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum ToUi<'a> {
    Result {
        id: u64,
        result: Value,
    },
    Error {
        id: Option<u64>,
        error: String,
    },
    Push {
        channel: &'a str,
        payload: &'a Value,
    },
    /// The UI was too slow for so many events, some of which may have been pushes.
    Missed {
        count: u64,
    },
}

pub(super) async fn upgrade(
    State(control): State<Control>,
    Path(plugin): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    if let Err(error) = control.slot(&plugin) {
        return failure(axum::http::StatusCode::NOT_FOUND, error.to_string()).into_response();
    }
    upgrade
        .max_message_size(FRAME_BYTES)
        .on_upgrade(move |socket| talk(socket, control, plugin))
}

async fn talk(mut socket: WebSocket, control: Control, plugin: String) {
    let mut pushes = control.watch();
    let (answers, mut answered) = mpsc::channel(REQUESTS_IN_FLIGHT);
    // Dropped with the socket, and with it every question whose asker is gone.
    let mut questions = JoinSet::new();
    let plugin: Arc<str> = plugin.into();
    loop {
        let text = tokio::select! {
            // Pushes first: one that was sent before an answer must not be overtaken by it.
            biased;
            push = next_push(&mut pushes, &plugin) => match push {
                Some(text) => text,
                None => return,
            },
            Some(text) = answered.recv() => text,
            () = control.ending() => return,
            received = socket.recv() => match received {
                Some(Ok(Message::Text(text))) => {
                    while questions.try_join_next().is_some() {}
                    match serde_json::from_str(&text) {
                        Ok(FromUi::Invoke { id, .. }) if questions.len() >= REQUESTS_IN_FLIGHT => {
                            let error = "too many questions at once".to_owned();
                            encode(&ToUi::Error { id: Some(id), error })
                        }
                        Ok(question) => {
                            let (control, plugin) = (control.clone(), Arc::clone(&plugin));
                            let answers = answers.clone();
                            questions.spawn(async move {
                                let text = answer(&control, &plugin, question).await;
                                // The socket may have gone meanwhile.
                                let _ = answers.send(text).await;
                            });
                            continue;
                        }
                        Err(error) => encode(&ToUi::Error { id: None, error: error.to_string() }),
                    }
                }
                Some(Ok(Message::Binary(_))) => {
                    let error = "send text, not binary".to_owned();
                    encode(&ToUi::Error { id: None, error })
                }
                // axum answers pings itself.
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
        };
        if socket.send(Message::Text(text.into())).await.is_err() {
            return;
        }
    }
}

async fn answer(control: &Control, plugin: &str, question: FromUi) -> String {
    let FromUi::Invoke {
        id,
        channel,
        payload,
    } = question;
    match control.invoke(plugin, &channel, payload).await {
        Ok(result) => encode(&ToUi::Result { id, result }),
        Err(error) => encode(&ToUi::Error {
            id: Some(id),
            error: error.to_string(),
        }),
    }
}

async fn next_push(events: &mut Watcher, ours: &str) -> Option<String> {
    loop {
        match &*events.next().await? {
            Event::Push {
                plugin,
                channel,
                payload,
            } if plugin == ours => {
                return Some(encode(&ToUi::Push { channel, payload }));
            }
            Event::Missed { count } => return Some(encode(&ToUi::Missed { count: *count })),
            _ => {}
        }
    }
}

fn encode(message: &ToUi<'_>) -> String {
    serde_json::to_string(message).expect("strings and JSON values have a JSON form")
}
