//! Verbs of mock servers.

use crate::scenario::action::Action;
use crate::scenario::duration::format_duration;
use crate::scenario::mock_server_config::MockResponse;
use crate::scenario::verbs::verb::{Verb, for_duration};

pub(super) static UPSTREAM: &[Verb] = &[
    Verb {
        name: "upstream-gone",
        summary: "stops a mock server: it closes all connections and refuses new ones",
        required: &[],
        optional: &["upstream", "for"],
        parse: |step| {
            let (name, duration) = (step.server()?, step.keys.duration("for"));
            let details = format!(" {name}{}", for_duration(duration));
            Some(Action::new(details, move |cx| async move {
                cx.faults.stop_server(&name, duration).await;
                Ok(())
            }))
        },
    },
    Verb {
        name: "upstream-back",
        summary: "ends `upstream-gone` and `upstream-slow`",
        required: &[],
        optional: &["upstream"],
        parse: |step| {
            let name = step.server()?;
            Some(Action::new(format!(" {name}"), |cx| async move {
                Ok(cx.faults.restore_server(&name).await?)
            }))
        },
    },
    Verb {
        name: "upstream-slow",
        summary: "delays the responses of a mock server",
        required: &["by"],
        optional: &["upstream", "for"],
        parse: |step| {
            let name = step.server()?;
            let (delay, duration) = (step.keys.duration("by")?, step.keys.duration("for"));
            let details = format!(
                " {name} by {}{}",
                format_duration(delay),
                for_duration(duration)
            );
            Some(Action::new(details, move |cx| async move {
                cx.faults.delay_server(&name, delay, duration);
                Ok(())
            }))
        },
    },
    Verb {
        name: "upstream-answers",
        summary: "changes the response of a mock server for a path",
        required: &["path"],
        optional: &["upstream", "status", "body"],
        parse: |step| {
            let (name, response) = (step.server()?, MockResponse::parse(step.keys)?);
            let details = format!(" {name} {} {}", response.path, response.status);
            Some(Action::new(details, move |cx| async move {
                cx.faults.set_response(&name, response);
                Ok(())
            }))
        },
    },
];
