//! The requests of plugins for dialogs and prompts.

use std::sync::Arc;

use serde_json::Value;
use serde_json::value::RawValue;
use stratos_protocol::dialog::{Alert, Confirm};
use stratos_protocol::logger::Level;
use stratos_protocol::method::Empty;
use stratos_protocol::prompt::{NumberPrompt, SelectPrompt, TextPrompt};
use stratos_protocol::{ErrorCode, Message, Request as _, RpcError};
use stratos_transport::rpc;
use tokio::sync::watch;

use crate::event::{EventBus, Modal, ModalKind};
use crate::services::modal::queue::{MAX_WAITING, ModalQueue, Opened};
use crate::services::modal::{AnswerModalError, AnswerPolicy};
use crate::services::service::{Caller, Resources, RpcResult, Service};

/// Largest parameters of a request in bytes, so that waiting modals hold little memory: 16 KiB.
const PARAMS_BYTES: usize = 16 * 1024;

/// Shows dialogs and prompts. No answer is a value, never an error (V3).
#[derive(Debug)]
pub(crate) struct ModalService {
    events: EventBus,
    queue: Arc<ModalQueue>,
}

impl Service for ModalService {
    const METHODS: &'static [&'static str] = &[
        Alert::METHOD,
        Confirm::METHOD,
        TextPrompt::METHOD,
        NumberPrompt::METHOD,
        SelectPrompt::METHOD,
    ];
    const LATER: &'static [stratos_protocol::Service] = &[
        stratos_protocol::Service::Dialog,
        stratos_protocol::Service::Prompt,
    ];
    const KEEPS_ORDER: bool = true;

    fn new(resources: &Resources) -> Self {
        let events = resources.events.clone();
        let queue = Arc::new(ModalQueue::new(events.clone()));
        Self { events, queue }
    }

    /// None for a modal, which may wait for hours: it must not hold up the plugin's other requests.
    fn request_bytes(_method: &str, params: &RawValue) -> usize {
        match params.get().len() {
            ..=PARAMS_BYTES => 0,
            bytes => bytes,
        }
    }

    async fn handle_request(
        &self,
        caller: &Arc<Caller>,
        method: &str,
        params: &RawValue,
    ) -> RpcResult<Box<RawValue>> {
        let modal = modal(caller, method, params)?;
        let no_answer = modal.kind.no_answer();
        let is_alert = modal.kind == ModalKind::Alert;
        let answer = match self.queue.open(caller, modal) {
            Opened::Answered(answer) => answer,
            Opened::Waits(ticket) => ticket.wait().await.unwrap_or(no_answer),
            Opened::TooMany => {
                let text = format!(
                    "a `{method}` gets no answer: {MAX_WAITING} dialogs and prompts of the plugin wait already"
                );
                let events = &self.events;
                events.log(&caller.plugin, Level::Warn, "shell", text, None);
                no_answer
            }
        };
        match is_alert {
            true => rpc::encode::<Alert>(&Empty {}),
            false => encode(&answer),
        }
    }

    fn session_ended(&self, caller: &Caller) {
        self.queue.unload(caller);
    }
}

impl ModalService {
    /// The waiting modals; the first is shown.
    pub(crate) fn list(&self) -> Vec<Modal> {
        self.queue.list()
    }

    /// The modal that is shown, and its successors.
    pub(crate) fn shown(&self) -> watch::Receiver<Option<Modal>> {
        self.queue.shown()
    }

    /// Answers a modal; `None` closes it without an answer.
    pub(crate) fn answer(&self, id: u64, answer: Option<&Value>) -> Result<(), AnswerModalError> {
        self.queue.answer(id, answer)
    }

    /// Changes who answers.
    pub(crate) fn set_policy(&self, policy: AnswerPolicy) {
        self.queue.set_policy(policy);
    }

    /// Gives no answer to the modals of a generation that is about to stop, also to later ones: nothing waits for a
    /// pilot then. In the real shell, a dialog in `onStop` never returns (V3).
    pub(crate) fn unload(&self, caller: &Caller) {
        self.queue.unload(caller);
    }
}

/// The modal of a request, without its id.
fn modal(caller: &Caller, method: &str, params: &RawValue) -> RpcResult<Modal> {
    let length = params.get().len();
    if length > PARAMS_BYTES {
        let text = format!(
            "a `{method}` has {length} bytes of parameters, at most {PARAMS_BYTES} are allowed"
        );
        return Err(RpcError::new(ErrorCode::TooLarge, text));
    }
    let (title, text, kind, timeout_ms) = match method {
        Alert::METHOD => {
            let Alert {
                title,
                message,
                timeout_ms,
            } = rpc::decode(params)?;
            (title, message, ModalKind::Alert, timeout_ms)
        }
        Confirm::METHOD => {
            let Confirm {
                title,
                message,
                timeout_ms,
            } = rpc::decode(params)?;
            (title, message, ModalKind::Confirm, timeout_ms)
        }
        TextPrompt::METHOD => {
            let TextPrompt {
                title,
                label,
                placeholder,
                required,
                timeout_ms,
            } = rpc::decode(params)?;
            let kind = ModalKind::Text {
                placeholder,
                required,
            };
            (title, label, kind, timeout_ms)
        }
        NumberPrompt::METHOD => {
            let NumberPrompt {
                title,
                label,
                min,
                max,
                timeout_ms,
            } = rpc::decode(params)?;
            if let (Some(min), Some(max)) = (min, max)
                && min > max
            {
                let text = format!("no number is between the minimum {min} and the maximum {max}");
                return Err(RpcError::new(ErrorCode::InvalidParams, text));
            }
            (title, label, ModalKind::Number { min, max }, timeout_ms)
        }
        SelectPrompt::METHOD => {
            let SelectPrompt {
                title,
                label,
                options,
                timeout_ms,
            } = rpc::decode(params)?;
            if options.is_empty() {
                let text = "the prompt has no options to choose from";
                return Err(RpcError::new(ErrorCode::InvalidParams, text));
            }
            (title, label, ModalKind::Select { options }, timeout_ms)
        }
        _ => return Err(rpc::method_not_found("shell", method)),
    };
    Ok(Modal {
        id: 0,
        plugin: caller.plugin.clone(),
        title,
        text,
        kind,
        timeout_ms,
    })
}

fn encode(answer: &Value) -> RpcResult<Box<RawValue>> {
    Message::encode(answer).map_err(|error| RpcError::new(ErrorCode::Internal, error.to_string()))
}
