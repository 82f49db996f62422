//! Verbs of the airline.

use crate::scenario::action::Action;
use crate::scenario::verbs::verb::{Verb, for_duration};
use crate::services::AirlineFault;

pub(super) static AIRLINE: &[Verb] = &[
    Verb {
        name: "expire-airline-token",
        summary: "expires the pilot's token at the mock airline, which answers 401 until the shell refreshes it",
        required: &[],
        optional: &["fails"],
        parse: |_| {
            Some(Action::new("", |cx| async move {
                Ok(cx.control.expire_airline_token()?)
            }))
        },
    },
    Verb {
        name: "airline-fails",
        summary: "makes the airline's API answer no request, or each with a status",
        required: &[],
        optional: &["status", "for"],
        parse: |step| {
            let keys = step.keys;
            let fault = match keys.has("status") {
                true => AirlineFault::Status(keys.integer("status", 400, 599)?),
                false => AirlineFault::Down,
            };
            let duration = keys.duration("for");
            let details = match fault {
                AirlineFault::Status(status) => format!(" with {status}"),
                AirlineFault::Down => String::new(),
            };
            let details = details + &for_duration(duration);
            Some(Action::new(details, move |cx| async move {
                cx.faults.fail_airline(fault, duration);
                Ok(())
            }))
        },
    },
    Verb {
        name: "airline-works",
        summary: "ends `airline-fails`",
        required: &[],
        optional: &[],
        parse: |_| {
            Some(Action::new("", |cx| async move {
                cx.faults.restore_airline();
                Ok(())
            }))
        },
    },
];
