//! The pilot in tests: toasts, sounds, badges and log entries of a plugin, and answers to its dialogs and prompts.

use std::panic::Location;

use serde::Serialize;
use stratos_host::event::{Event, FlightLogChange, Modal, ModalProgress};
use stratos_protocol::flight_log::FlightLogEvent;
use stratos_protocol::indicator::Set;
use stratos_protocol::notify::{Toast, ToastKind};

use crate::testing::config_value::to_json;
use crate::testing::plugin::TestPlugin;

/// The pilot's side of `ctx.notify`, `ctx.dialog`, `ctx.prompt`, `ctx.indicator` and `ctx.flight.log`.
///
/// The methods that begin with `expect` wait for the next match, as [`push`](Self::push) does: the first call returns the
/// first one since the start of the shell.
impl TestPlugin {
    /// Waits until a dialog or prompt of the plugin is shown, and answers it: `"ok"` to an alert, `true` or `false` to a
    /// confirmation, a text, a number, or a value or label of a choice.
    ///
    /// # Panics
    ///
    /// If none is shown within the timeout, or it does not take the answer.
    #[track_caller]
    pub fn answer(&self, answer: impl Serialize) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        let answer = to_json("answer", answer);
        async move {
            let shown = self.shown_modal(at).await;
            let answered = self.control().answer(shown.id, Some(&answer));
            answered.unwrap_or_else(|error| panic!("{error}, at {at}"));
        }
    }

    /// Waits until a dialog or prompt of the plugin is shown, and closes it without an answer.
    ///
    /// # Panics
    ///
    /// If none is shown within the timeout.
    #[track_caller]
    pub fn dismiss(&self) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        async move {
            let shown = self.shown_modal(at).await;
            let closed = self.control().answer(shown.id, None);
            closed.unwrap_or_else(|error| panic!("{error}, at {at}"));
        }
    }

    /// Waits until a dialog or prompt of the plugin is shown, which is not [answered](Self::answer).
    ///
    /// # Panics
    ///
    /// If none is shown within the timeout.
    #[track_caller]
    pub fn shown_dialog(&self) -> impl Future<Output = Modal> + Send {
        let at = Location::caller();
        async move { self.shown_modal(at).await }
    }

    async fn shown_modal(&self, at: &Location<'_>) -> Modal {
        let what = format!("a dialog or prompt of `{}`", self.id());
        let shown = self.control().shown_modal(Some(self.id()));
        self.shared().waiter.within(&what, at, shown).await
    }

    /// Waits for the next toast whose message contains `part`.
    ///
    /// # Panics
    ///
    /// If there is no such toast within the timeout.
    #[track_caller]
    pub fn expect_toast(&self, part: &str) -> impl Future<Output = Toast> + Send {
        let (at, part) = (Location::caller(), part.to_owned());
        async move {
            let what = format!("a toast of `{}` with `{part}`", self.id());
            let toast = self.next(what, at, |event| match event {
                Event::Toast {
                    plugin,
                    kind,
                    message,
                } if plugin == self.id() && message.contains(&part) => Some(toast(*kind, message)),
                _ => None,
            });
            toast.await
        }
    }

    /// Waits for the next sound with this name or path; `notification` is the sound that has no name.
    ///
    /// # Panics
    ///
    /// If there is no such sound within the timeout.
    #[track_caller]
    pub fn expect_sound(&self, sound: &str) -> impl Future<Output = ()> + Send {
        let (at, expected) = (Location::caller(), sound.to_owned());
        async move {
            let what = format!("the sound `{expected}` of `{}`", self.id());
            let played = self.next(what, at, |event| match event {
                Event::Sound { plugin, sound, .. } if plugin == self.id() => {
                    let name = sound.as_deref().unwrap_or("notification");
                    (name == expected).then_some(())
                }
                _ => None,
            });
            played.await;
        }
    }

    /// Waits for the next dialog or prompt whose title or text contains `part`. It is shown then, unless it has been
    /// closed already.
    ///
    /// # Panics
    ///
    /// If no such dialog or prompt is shown within the timeout.
    #[track_caller]
    pub fn expect_dialog(&self, part: &str) -> impl Future<Output = Modal> + Send {
        let (at, part) = (Location::caller(), part.to_owned());
        async move {
            let what = format!("a dialog or prompt of `{}` with `{part}`", self.id());
            let shown = self.next(what, at, |event| match event {
                Event::Modal {
                    modal,
                    progress: ModalProgress::Opened,
                } if modal.plugin == self.id() => {
                    let is_match = modal.title.contains(&part) || modal.text.contains(&part);
                    is_match.then(|| modal.clone())
                }
                _ => None,
            });
            shown.await
        }
    }

    /// Waits for the next new or changed entry of the plugin in the flight log whose message contains `part`.
    ///
    /// # Panics
    ///
    /// If there is no such entry within the timeout.
    #[track_caller]
    pub fn expect_log_entry(&self, part: &str) -> impl Future<Output = FlightLogEvent> + Send {
        let (at, part) = (Location::caller(), part.to_owned());
        async move {
            let what = format!("a flight log entry of `{}` with `{part}`", self.id());
            let entry = self.next(what, at, |event| match event {
                Event::FlightLog {
                    plugin,
                    change: FlightLogChange::Added(entry) | FlightLogChange::Updated(entry),
                } if plugin == self.id() && entry.message.contains(&part) => Some(entry.clone()),
                _ => None,
            });
            entry.await
        }
    }

    /// The badge beside the plugin's entry in the sidebar, if there is one.
    #[must_use]
    pub fn indicator(&self) -> Option<Set> {
        self.info().indicator
    }

    /// Opens the plugin, as the pilot does in the sidebar.
    pub fn open(&self) {
        self.control().plugin_opened(self.id());
    }
}

fn toast(kind: ToastKind, message: &str) -> Toast {
    Toast {
        kind,
        message: message.to_owned(),
    }
}
