//! Human-readable events of what plugins show to the pilot.

use stratos_host::event::{CloseReason, Modal, ModalKind, ModalProgress, is_secret_name};
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
                (ModalKind::Text { .. }, _) if is_secret_name(&modal.text) => {
                    format!("{DIM}[redacted]{DIM:#}")
                }
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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stratos_protocol::prompt::SelectOption;

    use super::*;

    fn modal(kind: ModalKind) -> Modal {
        Modal {
            id: 3,
            plugin: "demo".to_owned(),
            title: "Diary\u{1b}[2J".to_owned(),
            text: "Keep it?".to_owned(),
            kind,
            timeout_ms: None,
        }
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn an_opened_modal_says_how_to_answer() {
        let shown = |kind| plain(&format_modal(&modal(kind), &ModalProgress::Opened));
        assert_eq!(
            shown(ModalKind::Confirm),
            "confirm 3  Diary\\u{1b}[2J: Keep it?  answer with `cargo stratos answer yes` or `... no`"
        );
        let options = vec![SelectOption {
            value: "27".to_owned(),
            label: "Runway 27".to_owned(),
        }];
        let select = shown(ModalKind::Select { options });
        let end = "answer with `cargo stratos answer VALUE`: `27` (Runway 27)";
        assert!(select.ends_with(end), "{select}");
    }

    #[test]
    fn a_closed_modal_has_its_answer_and_the_reason() {
        let closed = |kind, answer, reason| {
            let progress = ModalProgress::Closed { answer, reason };
            plain(&format_modal(&modal(kind), &progress))
        };
        assert_eq!(
            closed(ModalKind::Confirm, json!(true), CloseReason::Answered),
            "confirm 3  yes answered"
        );
        let text = ModalKind::Text {
            placeholder: None,
            required: false,
        };
        assert_eq!(
            closed(text.clone(), json!(null), CloseReason::Policy),
            "text 3  Diary\\u{1b}[2J: Keep it?  no answer by `--answers`"
        );
        let password = Modal {
            text: "Your password".to_owned(),
            ..modal(text)
        };
        let answered = ModalProgress::Closed {
            answer: json!("hunter22"),
            reason: CloseReason::Answered,
        };
        assert_eq!(
            plain(&format_modal(&password, &answered)),
            "text 3  [redacted] answered"
        );
        assert_eq!(
            closed(ModalKind::Alert, json!(null), CloseReason::Timeout),
            "alert 3  closed timed out"
        );
    }

    #[test]
    fn texts_of_toasts_sounds_and_indicators_are_escaped() {
        let toast = format_toast(ToastKind::Warning, "Low\u{1b}[2J fuel");
        assert_eq!(plain(&toast), "toast  warning  Low\\u{1b}[2J fuel");
        assert_eq!(
            plain(&format_sound(None, false)),
            "sound  notification of the shell"
        );
        let indicator = Indicator {
            kind: IndicatorKind::Warning,
            tooltip: Some("a\nb".to_owned()),
            dismiss_on_open: true,
        };
        assert_eq!(
            plain(&format_indicator(Some(&indicator))),
            "indicator  warning  a\\nb until the plugin is opened"
        );
        assert_eq!(plain(&format_indicator(None)), "indicator  removed");
    }
}
