//! Verbs without an effect.

use crate::scenario::action::Action;
use crate::scenario::expectation::Expectation;
use crate::scenario::verbs::verb::{DEFAULT_WITHIN, Verb};

pub(super) static EXPECT: &[Verb] = &[
    Verb {
        name: "expect",
        summary: "waits for one of `state`, `log`, `push`, `config`, `phase`, `landing`, `toast`, `sound`, `indicator`, `dialog` and `log-entry`",
        required: &[],
        optional: &[
            "plugin",
            "state",
            "log",
            "push",
            "payload",
            "config",
            "value",
            "phase",
            "landing",
            "rate",
            "toast",
            "kind",
            "sound",
            "indicator",
            "dialog",
            "log-entry",
            "condition",
            "within",
        ],
        parse: |step| {
            let expectation = Expectation::parse(step.keys)?;
            let within = step.keys.duration("within").unwrap_or(DEFAULT_WITHIN);
            let is_of_shell = expectation.is_of_shell();
            let action = Action::new(format!(" {expectation}"), move |cx| async move {
                let expected = cx.observer.expect(&cx.plugin, &expectation, within).await;
                Ok(expected?)
            });
            let action = action.passive();
            Some(match is_of_shell {
                true => action.of_shell(),
                false => action,
            })
        },
    },
    Verb {
        name: "note",
        summary: "prints a text",
        required: &["text"],
        optional: &[],
        parse: |step| {
            let text = step.keys.text("text")?;
            let action = Action::new(format!(": {text}"), |_| async { Ok(()) });
            Some(action.passive())
        },
    },
];
