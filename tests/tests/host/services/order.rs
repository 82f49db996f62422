//! Requests that a plugin sends at once, without waits for their answers: the shell carries them out in their order.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use stratos_host::event::{Event, FlightLogChange};
use stratos_protocol::Request;
use stratos_protocol::dialog::Confirm;
use stratos_protocol::flight_log::{Add, EventCategory};
use stratos_protocol::indicator::{IndicatorKind, Set};
use stratos_protocol::notify::{Toast, ToastKind};
use stratos_tests::{RawConnection, RawPlugin, RawShell};

use super::start_flight;

/// Fewer than a plugin may send at once.
const AT_ONCE: usize = 30;
const ROUNDS: usize = 20;

/// Sends a round of requests at once, and waits for their answers.
async fn send_round<R: Request + Sync>(ctx: &RawConnection, requests: Vec<R>) {
    let calls: FuturesOrdered<_> = requests.iter().map(|request| ctx.call(request)).collect();
    let answers: Vec<_> = calls.collect().await;
    assert!(answers.iter().all(Result::is_ok));
}

/// Sends the numbers of all rounds with the requests that `request` returns, and asserts that events with them come in
/// this order.
async fn assert_keeps_order<R: Request + Sync>(
    request: impl Fn(String) -> R,
    pick: impl Fn(&Event) -> Option<&String>,
) {
    let mut plugin = RawPlugin::without_folders("demo");
    let shell = RawShell::start(&[&plugin]).await;
    start_flight(&shell).await;
    let ctx = plugin.next().await;
    for round in 0..ROUNDS {
        let numbers = (0..AT_ONCE).map(|number| (round * AT_ONCE + number).to_string());
        send_round(&ctx, numbers.map(&request).collect()).await;
    }
    let seen = shell.events(|event| pick(event).cloned());
    let expected: Vec<_> = (0..ROUNDS * AT_ONCE)
        .map(|number| number.to_string())
        .collect();
    assert_eq!(seen, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn toasts_keep_their_order() {
    let toast = |message| Toast {
        kind: ToastKind::Info,
        message,
    };
    assert_keeps_order(toast, |event| match event {
        Event::Toast { message, .. } => Some(message),
        _ => None,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_of_the_indicator_keep_their_order() {
    let set = |tooltip| Set {
        kind: IndicatorKind::Warning,
        tooltip: Some(tooltip),
        dismiss_on_open: false,
    };
    assert_keeps_order(set, |event| match event {
        Event::Indicator { indicator, .. } => indicator.as_ref()?.tooltip.as_ref(),
        _ => None,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn entries_of_the_flight_log_keep_their_order() {
    let add = |message| Add {
        category: EventCategory::System,
        condition: "TEST".to_owned(),
        message,
    };
    assert_keeps_order(add, |event| match event {
        Event::FlightLog {
            change: FlightLogChange::Added(entry),
            ..
        } => Some(&entry.message),
        _ => None,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn dialogs_keep_their_order() {
    let mut plugin = RawPlugin::without_folders("demo");
    let shell = RawShell::start(&[&plugin]).await;
    let control = shell.shell.control();
    let ctx = plugin.next().await;
    let titles: Vec<_> = (0..AT_ONCE).map(|number| number.to_string()).collect();
    for _ in 0..ROUNDS {
        let dialogs = titles.iter().map(|title| Confirm {
            title: title.clone(),
            message: "Keep it?".to_owned(),
            timeout_ms: None,
        });
        let dialogs = dialogs.collect();
        let dismiss_all = async {
            let mut dismissed = Vec::new();
            for _ in 0..AT_ONCE {
                let shown = control.shown_modal(None).await;
                control.answer(shown.id, None).unwrap();
                dismissed.push(shown.title);
            }
            dismissed
        };
        let ((), dismissed) = tokio::join!(send_round(&ctx, dialogs), dismiss_all);
        assert_eq!(dismissed, titles);
    }
}
