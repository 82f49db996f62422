//! The queue of dialogs and prompts: the first is shown, the others wait.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use thiserror::Error;
use tokio::sync::{oneshot, watch};
use tokio::time::sleep;

use crate::event::{AnswerError, CloseReason, Event, EventBus, LimitedEvent, Modal, ModalProgress};
use crate::services::modal::AnswerPolicy;
use crate::services::service::Caller;

/// Maximum number of waiting modals of one plugin: further ones get no answer.
pub(super) const MAX_WAITING: usize = 32;

/// The dialogs and prompts of all plugins, in the order of their requests.
#[derive(Debug)]
pub(super) struct ModalQueue {
    events: EventBus,
    state: Mutex<State>,
    /// The first modal, which is shown.
    shown: watch::Sender<Option<Modal>>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Waiting>,
    last_id: u64,
    policy: AnswerPolicy,
}

/// A modal, and where its answer goes.
#[derive(Debug)]
struct Waiting {
    modal: Modal,
    caller: Arc<Caller>,
    /// Signal that the modal is shown.
    shown: Option<oneshot::Sender<()>>,
    answer: oneshot::Sender<Value>,
}

/// Reason why a modal cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AnswerModalError {
    /// No modal of this number waits.
    #[error("no dialog or prompt {id} waits for an answer: it was closed, or never opened")]
    NotFound {
        /// Number of the modal.
        id: String,
    },
    /// The modal does not take the answer. It still waits.
    #[error(transparent)]
    Invalid(#[from] AnswerError),
}

impl AnswerModalError {
    /// The error for a number that no waiting modal has.
    pub(crate) fn not_found(id: &str) -> Self {
        let id = id.escape_debug().to_string();
        Self::NotFound { id }
    }
}

/// Outcome of a request to open a modal.
pub(super) enum Opened {
    /// The modal waits.
    Waits(Ticket),
    /// The modal was answered at once.
    Answered(Value),
    /// Too many modals of the plugin wait.
    TooMany,
}

/// The place of a modal in the queue. Dropping it removes the modal.
pub(super) struct Ticket {
    queue: Arc<ModalQueue>,
    id: u64,
    timeout: Option<Duration>,
    shown: oneshot::Receiver<()>,
    answer: oneshot::Receiver<Value>,
}

impl ModalQueue {
    pub(super) fn new(events: EventBus) -> Self {
        Self {
            events,
            state: Mutex::default(),
            shown: watch::Sender::default(),
        }
    }

    /// Adds a modal, whose id is set here.
    pub(super) fn open(self: &Arc<Self>, caller: &Arc<Caller>, mut modal: Modal) -> Opened {
        let mut state = self.lock();
        if !caller.may_ask() {
            return Opened::Answered(modal.kind.no_answer());
        }
        let of_plugin = |waiting: &&Waiting| waiting.modal.plugin == modal.plugin;
        if state.waiting.iter().filter(of_plugin).count() >= MAX_WAITING {
            return Opened::TooMany;
        }
        state.last_id += 1;
        modal.id = state.last_id;
        if let Some(answer) = state.policy.answer(&modal.kind) {
            self.emit_closed(modal, answer.clone(), CloseReason::Policy);
            return Opened::Answered(answer);
        }
        let (shown_sender, shown) = oneshot::channel();
        let (answer_sender, answer) = oneshot::channel();
        let ticket = Ticket {
            queue: Arc::clone(self),
            id: modal.id,
            timeout: modal.timeout_ms.map(Duration::from_millis),
            shown,
            answer,
        };
        state.waiting.push_back(Waiting {
            modal,
            caller: Arc::clone(caller),
            shown: Some(shown_sender),
            answer: answer_sender,
        });
        self.show_first(&mut state);
        Opened::Waits(ticket)
    }

    /// The waiting modals; the first is shown.
    pub(super) fn list(&self) -> Vec<Modal> {
        let state = self.lock();
        let waiting = state.waiting.iter();
        waiting.map(|waiting| waiting.modal.clone()).collect()
    }

    /// The modal that is shown, and its successors.
    pub(super) fn shown(&self) -> watch::Receiver<Option<Modal>> {
        self.shown.subscribe()
    }

    /// Answers a modal; `None` closes it without an answer.
    pub(super) fn answer(&self, id: u64, answer: Option<&Value>) -> Result<(), AnswerModalError> {
        let mut state = self.lock();
        let mut waiting = state.waiting.iter();
        let found = waiting.find(|waiting| waiting.modal.id == id);
        let modal = &found
            .ok_or(AnswerModalError::not_found(&id.to_string()))?
            .modal;
        let (answer, reason) = match answer {
            Some(answer) => (modal.kind.check_answer(answer)?, CloseReason::Answered),
            None => (modal.kind.no_answer(), CloseReason::Dismissed),
        };
        self.close_where(&mut state, reason, |waiting| {
            (waiting.modal.id == id).then(|| answer.clone())
        });
        Ok(())
    }

    /// Changes who answers. Modals that wait are answered too.
    pub(super) fn set_policy(&self, policy: AnswerPolicy) {
        let mut state = self.lock();
        state.policy = policy;
        self.close_where(&mut state, CloseReason::Policy, |waiting| {
            policy.answer(&waiting.modal.kind)
        });
    }

    /// Gives no answer to the modals of a generation, neither to those that wait nor to later ones.
    pub(super) fn unload(&self, caller: &Caller) {
        let mut state = self.lock();
        caller.stop_asking();
        self.close_where(&mut state, CloseReason::Unloaded, |waiting| {
            let is_of_caller = std::ptr::eq(&*waiting.caller, caller);
            is_of_caller.then(|| waiting.modal.kind.no_answer())
        });
    }

    /// Closes a modal without an answer, if it still waits.
    fn close(&self, id: u64, reason: CloseReason) {
        self.close_where(&mut self.lock(), reason, |waiting| {
            (waiting.modal.id == id).then(|| waiting.modal.kind.no_answer())
        });
    }

    /// Closes each modal for which there is an answer, and then shows the first one.
    fn close_where(
        &self,
        state: &mut State,
        reason: CloseReason,
        answer: impl Fn(&Waiting) -> Option<Value>,
    ) {
        for waiting in std::mem::take(&mut state.waiting) {
            match answer(&waiting) {
                None => state.waiting.push_back(waiting),
                Some(answer) => {
                    self.emit_closed(waiting.modal, answer.clone(), reason);
                    // The receiver is gone if the plugin has cancelled the request.
                    let _ = waiting.answer.send(answer);
                }
            }
        }
        self.show_first(state);
    }

    /// Shows the first modal, unless it is shown already.
    fn show_first(&self, state: &mut State) {
        let Some(first) = state.waiting.front_mut() else {
            self.shown.send_replace(None);
            return;
        };
        let Some(shown) = first.shown.take() else {
            return;
        };
        self.emit(first.modal.clone(), ModalProgress::Opened);
        self.shown.send_replace(Some(first.modal.clone()));
        let _ = shown.send(());
    }

    fn emit_closed(&self, modal: Modal, answer: Value, reason: CloseReason) {
        self.emit(modal, ModalProgress::Closed { answer, reason });
    }

    fn emit(&self, modal: Modal, progress: ModalProgress) {
        let event = Event::Modal { modal, progress };
        self.events.emit_journaled(LimitedEvent::Modal, event);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// Waits for the answer, or for the end of the modal's timeout, which begins when it is shown.
    pub(super) async fn wait(mut self) -> Option<Value> {
        let (shown, limit) = (&mut self.shown, self.timeout);
        let timed_out = async {
            match limit {
                Some(limit) if shown.await.is_ok() => sleep(limit).await,
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            answer = &mut self.answer => return answer.ok(),
            () = timed_out => {}
        }
        self.queue.close(self.id, CloseReason::Timeout);
        // An answer that was accepted in the last moment counts.
        (&mut self.answer).await.ok()
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.queue.close(self.id, CloseReason::Cancelled);
    }
}
