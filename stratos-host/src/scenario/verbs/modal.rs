//! Verbs of dialogs and prompts.

use serde_json::Value;

use crate::scenario::action::Action;
use crate::scenario::step_reader::StepReader;
use crate::scenario::verbs::verb::{DEFAULT_WITHIN, Verb};

pub(super) static MODAL: &[Verb] = &[
    Verb {
        name: "answer",
        summary: "waits until a dialog or prompt of the plugin is shown, and answers it",
        required: &["value"],
        optional: &["plugin", "within", "fails"],
        parse: |step| {
            let value = step.keys.json("value")?;
            Some(close(step, format!(" {value}"), Some(value)))
        },
    },
    Verb {
        name: "dismiss",
        summary: "waits until a dialog or prompt of the plugin is shown, and closes it without an answer",
        required: &[],
        optional: &["plugin", "within", "fails"],
        parse: |step| Some(close(step, String::new(), None)),
    },
];

fn close(step: &StepReader<'_>, details: String, answer: Option<Value>) -> Action {
    let within = step.keys.duration("within").unwrap_or(DEFAULT_WITHIN);
    Action::new(details, move |cx| async move {
        let modal = cx.observer.shown_modal(&cx.plugin, within).await?;
        Ok(cx.control.answer(modal.id, answer.as_ref())?)
    })
}
