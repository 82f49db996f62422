//! Human-readable events of what plugins show to the pilot.

use stratos_host::event::{CloseReason, Modal, ModalKind, ModalProgress};
use stratos_protocol::indicator::{IndicatorKind, Set as Indicator};
use stratos_protocol::notify::ToastKind;

use crate::output::shorten::short;
use crate::output::{BOLD, CYAN, DIM, GREEN, RED, YELLOW, escape};

pub(super) fn format_toast(kind: ToastKind, message: &str) -> String {
    let style = match kind {
        ToastKind::Success => GREEN,
        ToastKind::Error => RED,
        ToastKind::Info => CYAN,
        ToastKind::Warning => YELLOW,
    };
    let message = short(message);
    format!("{DIM}toast{DIM:#}  {style}{kind}{style:#}  {message}")
}

pub(super) fn format_sound(sound: Option<&str>, custom: bool) -> String {
    let sound = short(sound.unwrap_or("notification"));
    let of = if custom { "" } else { " of the shell" };
    format!("{DIM}sound{DIM:#}  {sound}{DIM}{of}{DIM:#}")
}

pub(super) fn format_indicator(indicator: Option<&Indicator>) -> String {
    let Some(indicator) = indicator else {
        return format!("{DIM}indicator{DIM:#}  removed");
    };
    let style = match indicator.kind {
        IndicatorKind::Notification => CYAN,
        IndicatorKind::Warning => YELLOW,
    };
    let kind = indicator.kind.as_str();
    let tooltip = indicator.tooltip.as_deref().map(short);
    let tooltip = tooltip.map_or_else(String::new, |text| format!("  {text}"));
    let until = match indicator.dismiss_on_open {
        true => format!(" {DIM}until the plugin is opened{DIM:#}"),
        false => String::new(),
    };
    format!("{DIM}indicator{DIM:#}  {style}{kind}{style:#}{tooltip}{until}")
}

pub(super) fn format_modal(modal: &Modal, progress: &ModalProgress) -> String {
    let Modal { id, kind, .. } = modal;
    match progress {
        ModalProgress::Opened => {
            let (question, hint) = (question(modal), answer_hint(kind));
            format!(
                "{CYAN}{}{CYAN:#} {id}  {question}  {DIM}answer with {hint}{DIM:#}",
                kind.as_str()
            )
        }
        ModalProgress::Closed { answer, reason } => {
            let (name, reason_text) = (kind.as_str(), reason.as_str());
            // A modal that the shell answers by itself was not opened before.
            let question = match reason {
                CloseReason::Policy => format!("{}  ", question(modal)),
                _ => String::new(),
            };
            let answer = match (kind, answer) {
                (ModalKind::Alert, _) => "closed".to_owned(),
                (ModalKind::Confirm, answer) if answer.as_bool() == Some(true) => "yes".to_owned(),
                (ModalKind::Confirm, _) => "no".to_owned(),
                (_, answer) if answer.is_null() => "no answer".to_owned(),
                (_, answer) => short(&answer.to_string()),
            };
            format!("{CYAN}{name}{CYAN:#} {id}  {question}{answer} {DIM}{reason_text}{DIM:#}")
        }
    }
}

/// The line about a modal that waits, for a list.
pub(crate) fn modal_row(modal: &Modal, is_shown: bool) -> String {
    let Modal {
        id, plugin, kind, ..
    } = modal;
    let state = if is_shown { "shown" } else { "waits" };
    let (plugin, question) = (escape(plugin), question(modal));
    let takes = short(&kind.accepted_answers());
    let kind = kind.as_str();
    format!("{BOLD}{id}{BOLD:#}  {plugin}  {kind}  {question}  {DIM}{state}; takes {takes}{DIM:#}")
}

fn question(modal: &Modal) -> String {
    let (title, text) = (short(&modal.title), short(&modal.text));
    format!("{BOLD}{title}{BOLD:#}: {text}")
}

/// Examples of the command that answers.
fn answer_hint(kind: &ModalKind) -> String {
    let command = |answer: &str| format!("`cargo stratos answer {answer}`");
    match kind {
        ModalKind::Alert => command("ok"),
        ModalKind::Confirm => format!("{} or `... no`", command("yes")),
        ModalKind::Text { .. } => command("TEXT"),
        ModalKind::Number { .. } => format!("{}: {}", command("NUMBER"), kind.accepted_answers()),
        ModalKind::Select { .. } => {
            format!("{}: {}", command("VALUE"), short(&kind.accepted_answers()))
        }
    }
}
