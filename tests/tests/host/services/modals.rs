//! Dialogs and prompts: their order, their answers, and what happens where nobody answers.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use stratos_host::control::Control;
use stratos_host::event::{CloseReason, Event, ModalProgress};
use stratos_host::{AnswerPolicy, ShellOptions, StateDir};
use stratos_protocol::dialog::{Alert, Confirm};
use stratos_protocol::lifecycle::{Retire, Stop};
use stratos_protocol::method::Empty;
use stratos_protocol::prompt::{NumberPrompt, SelectOption, SelectPrompt, TextPrompt};
use stratos_protocol::{ErrorCode, Request};
use stratos_tests::{RawConnection, RawPlugin, RawShell};
use stratos_transport::CallError;
use tokio::task::JoinHandle;
use tokio::time::Instant;

const LONG: Duration = Duration::from_secs(100_000);
const MINUTE: Duration = Duration::from_secs(60);

fn confirm(title: &str) -> Confirm {
    Confirm {
        title: title.to_owned(),
        message: "Keep it?".to_owned(),
        timeout_ms: None,
    }
}

fn alert() -> Alert {
    Alert {
        title: "Welcome".to_owned(),
        message: "Cabin crew is ready.".to_owned(),
        timeout_ms: None,
    }
}

fn text() -> TextPrompt {
    TextPrompt {
        title: "Diary".to_owned(),
        label: "Remark".to_owned(),
        required: true,
        ..TextPrompt::default()
    }
}

fn number() -> NumberPrompt {
    NumberPrompt {
        title: "Diary".to_owned(),
        label: "Stars".to_owned(),
        min: Some(1.0),
        max: Some(5.0),
        timeout_ms: None,
    }
}

fn select() -> SelectPrompt {
    SelectPrompt {
        title: "Diary".to_owned(),
        label: "Runway".to_owned(),
        options: vec![SelectOption {
            value: "27".to_owned(),
            label: "Runway 27".to_owned(),
        }],
        timeout_ms: None,
    }
}

/// Sends a request in a task of its own.
fn ask<R: Request + Sync>(
    ctx: &RawConnection,
    request: R,
) -> JoinHandle<Result<R::Result, CallError>> {
    let ctx = ctx.clone();
    tokio::spawn(async move { ctx.call_within(&request, LONG).await })
}

/// Waits until this number of modals waits.
async fn waiting(control: &Control, count: usize) {
    let begin = Instant::now();
    while control.modals().len() != count {
        assert!(begin.elapsed() < MINUTE, "{:?}", titles(control));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn titles(control: &Control) -> Vec<String> {
    let modals = control.modals().into_iter();
    modals.map(|modal| modal.title).collect()
}

#[tokio::test(start_paused = true)]
async fn one_modal_at_a_time_is_shown_in_the_order_of_the_requests() {
    let (mut one, mut other) = (
        RawPlugin::without_folders("one"),
        RawPlugin::without_folders("other"),
    );
    let shell = RawShell::start(&[&one, &other]).await;
    let control = shell.shell.control();
    let (one, other) = (one.next().await, other.next().await);
    let first = ask(&one, confirm("first"));
    waiting(control, 1).await;
    let second = ask(&other, confirm("second"));
    waiting(control, 2).await;
    let third = ask(&one, confirm("third"));
    waiting(control, 3).await;
    assert_eq!(titles(control), ["first", "second", "third"]);
    let shown = control.shown_modal(None).await;
    assert_eq!(shown.title, "first");
    control.answer(shown.id, Some(&json!("yes"))).unwrap();
    assert!(first.await.unwrap().unwrap());
    // Another one than the shown one.
    let last = control.modals().pop().unwrap();
    control.answer(last.id, Some(&json!(true))).unwrap();
    assert!(third.await.unwrap().unwrap());
    let shown = control.shown_modal(Some("other")).await;
    control.answer(shown.id, None).unwrap();
    assert!(!second.await.unwrap().unwrap());
    let gone = control.answer(shown.id, None).unwrap_err();
    assert_eq!(
        gone.to_string(),
        format!(
            "no dialog or prompt {} waits for an answer: it was closed, or never opened",
            shown.id
        )
    );
    let events = shell.events(|event| match event {
        Event::Modal { modal, progress } => Some((modal.title.clone(), progress.clone())),
        _ => None,
    });
    let closed = |answer, reason| ModalProgress::Closed { answer, reason };
    let expected = [
        ("first", ModalProgress::Opened),
        ("first", closed(json!(true), CloseReason::Answered)),
        ("second", ModalProgress::Opened),
        ("third", closed(json!(true), CloseReason::Answered)),
        ("second", closed(json!(false), CloseReason::Dismissed)),
    ];
    assert_eq!(
        events,
        expected.map(|(title, progress)| (title.to_owned(), progress))
    );
}

#[tokio::test(start_paused = true)]
async fn each_kind_gets_its_answer_and_refuses_others() {
    let mut plugin = RawPlugin::without_folders("demo");
    let shell = RawShell::start(&[&plugin]).await;
    let control = shell.shell.control();
    let ctx = plugin.next().await;
    let answer = async |wrong: &[Value], right: Value| {
        let shown = control.shown_modal(Some("demo")).await;
        for wrong in wrong {
            control.answer(shown.id, Some(wrong)).unwrap_err();
        }
        assert_eq!(control.modals().len(), 1, "it still waits");
        control.answer(shown.id, Some(&right)).unwrap();
    };
    let alert = ask(&ctx, alert());
    answer(&[json!("yes")], json!("ok")).await;
    assert_eq!(alert.await.unwrap().unwrap(), Empty {});
    let text = ask(&ctx, text());
    answer(&[json!(""), json!(1)], json!("gusty")).await;
    assert_eq!(text.await.unwrap().unwrap().as_deref(), Some("gusty"));
    let number = ask(&ctx, number());
    answer(&[json!("0"), json!("x"), json!(5.5)], json!("4.5")).await;
    assert_eq!(number.await.unwrap().unwrap(), Some(4.5));
    let select = ask(&ctx, select());
    answer(&[json!("28")], json!("Runway 27")).await;
    assert_eq!(select.await.unwrap().unwrap().as_deref(), Some("27"));
}

#[tokio::test(start_paused = true)]
async fn a_timeout_begins_when_the_modal_is_shown() {
    let mut plugin = RawPlugin::without_folders("demo");
    let shell = RawShell::start(&[&plugin]).await;
    let control = shell.shell.control();
    let ctx = plugin.next().await;
    let blocking = ask(&ctx, confirm("no limit"));
    waiting(control, 1).await;
    let limited = TextPrompt {
        timeout_ms: Some(30_000),
        ..text()
    };
    let limited = ask(&ctx, limited);
    waiting(control, 2).await;
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert_eq!(control.modals().len(), 2);
    let begin = Instant::now();
    control.answer(control.modals()[0].id, None).unwrap();
    assert_eq!(limited.await.unwrap().unwrap(), None);
    assert_eq!(begin.elapsed().as_secs(), 30);
    assert!(!blocking.await.unwrap().unwrap());
}

#[tokio::test(start_paused = true)]
async fn modals_of_a_plugin_that_stops_updates_or_ends_get_no_answer() {
    for what in ["stop", "update", "shutdown"] {
        let mut plugin = RawPlugin::without_folders("demo");
        let RawShell { shell, .. } = RawShell::start(&[&plugin]).await;
        let control = shell.control().clone();
        let ctx = plugin.next().await;
        let (confirm, text) = (ask(&ctx, confirm("c")), ask(&ctx, text()));
        waiting(&control, 2).await;
        let begin = Instant::now();
        match what {
            "stop" => drop(control.stop("demo").await.unwrap()),
            "update" => control.update("demo").await.unwrap(),
            _ => shell.stop().await,
        }
        assert!(!confirm.await.unwrap().unwrap(), "{what}");
        assert_eq!(text.await.unwrap().unwrap(), None, "{what}");
        assert!(begin.elapsed() < Duration::from_secs(1), "{what}");
        assert_eq!(control.modals(), [], "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn modals_of_other_plugins_and_of_the_next_generation_still_wait() {
    let mut plugin = RawPlugin::without_folders("demo").leaves_unanswered::<Retire>();
    let mut other = RawPlugin::without_folders("other");
    let shell = RawShell::start(&[&plugin, &other]).await;
    let control = shell.shell.control();
    let (old, other) = (plugin.next().await, other.next().await);
    let _of_other = ask(&other, confirm("of another plugin"));
    waiting(control, 1).await;
    let of_old = ask(&old, confirm("of the old generation"));
    waiting(control, 2).await;
    control.update("demo").await.unwrap();
    assert!(!of_old.await.unwrap().unwrap());
    let next = plugin.next().await;
    let _of_next = ask(&next, confirm("of the next generation"));
    waiting(control, 2).await;
    old.closed().await;
    let expected = ["of another plugin", "of the next generation"];
    assert_eq!(titles(control), expected);
}

#[tokio::test(start_paused = true)]
async fn a_modal_that_on_stop_opens_gets_no_answer_at_once() {
    let mut plugin = RawPlugin::without_folders("demo").leaves_unanswered::<Stop>();
    let shell = RawShell::start(&[&plugin]).await;
    let ctx = plugin.next().await;
    let control = shell.shell.control().clone();
    let stop = tokio::spawn(async move { control.stop("demo").await });
    while ctx.received::<Stop>() == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let begin = Instant::now();
    assert!(!ctx.call(&confirm("too late")).await.unwrap());
    assert!(begin.elapsed() < Duration::from_secs(1));
    assert_eq!(shell.shell.control().modals(), []);
    stop.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_request_that_the_plugin_cancels_is_closed() {
    let mut plugin = RawPlugin::without_folders("demo");
    let shell = RawShell::start(&[&plugin]).await;
    let control = shell.shell.control();
    let ctx = plugin.next().await;
    let cancelled = ask(&ctx, confirm("cancelled"));
    waiting(control, 1).await;
    let next = ask(&ctx, confirm("next"));
    waiting(control, 2).await;
    cancelled.abort();
    waiting(control, 1).await;
    assert_eq!(control.shown_modal(None).await.title, "next");
    next.abort();
    waiting(control, 0).await;
}

#[tokio::test(start_paused = true)]
async fn too_many_waiting_modals_get_no_answer_and_other_requests_go_on() {
    let mut plugin = RawPlugin::without_folders("demo");
    let shell = RawShell::start(&[&plugin]).await;
    let control = shell.shell.control();
    let ctx = plugin.next().await;
    let asked: Vec<_> = (0..32).map(|_| ask(&ctx, confirm("waits"))).collect();
    waiting(control, 32).await;
    assert!(!ctx.call(&confirm("too many")).await.unwrap());
    assert_eq!(
        shell.warnings(),
        ["a `dialog/confirm` gets no answer: 32 dialogs and prompts of the plugin wait already"]
    );
    // As many requests as a connection has permits.
    let begin = Instant::now();
    let get = stratos_protocol::config::Get {
        key: "k".to_owned(),
    };
    assert!(!ctx.call(&get).await.unwrap().found);
    assert!(begin.elapsed() < Duration::from_secs(1));
    drop(asked);
}

#[tokio::test(start_paused = true)]
async fn impossible_and_huge_modals_are_refused() {
    let mut plugin = RawPlugin::without_folders("demo");
    let _shell = RawShell::start(&[&plugin]).await;
    let ctx = plugin.next().await;
    let empty = SelectPrompt {
        options: Vec::new(),
        ..select()
    };
    let error = ctx.call(&empty).await.unwrap_err();
    assert_eq!(error.message, "the prompt has no options to choose from");
    let swapped = NumberPrompt {
        min: Some(2.0),
        max: Some(1.0),
        ..number()
    };
    let error = ctx.call(&swapped).await.unwrap_err();
    assert_eq!(
        error.message,
        "no number is between the minimum 2 and the maximum 1"
    );
    let huge = confirm(&"x".repeat(20_000));
    let error = ctx.call(&huge).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::TooLarge);
}

#[tokio::test(start_paused = true)]
async fn a_policy_answers_at_once() {
    for (policy, expected) in [
        (AnswerPolicy::None, (false, None, None, None)),
        (
            AnswerPolicy::Default,
            (true, None, Some(1.0), Some("27".to_owned())),
        ),
    ] {
        let mut plugin = RawPlugin::without_folders("demo");
        let options = ShellOptions {
            answers: policy,
            ..ShellOptions::new(StateDir::in_memory().unwrap())
        };
        let shell = RawShell::start_with(options, &[&plugin]).await;
        let ctx = Arc::new(plugin.next().await);
        ctx.call(&alert()).await.unwrap();
        let answers = (
            ctx.call(&confirm("c")).await.unwrap(),
            ctx.call(&text()).await.unwrap(),
            ctx.call(&number()).await.unwrap(),
            ctx.call(&select()).await.unwrap(),
        );
        assert_eq!(answers, expected);
        let placeholder = TextPrompt {
            placeholder: Some("calm".to_owned()),
            ..text()
        };
        let placeholder = ctx.call(&placeholder).await.unwrap();
        assert_eq!(placeholder.is_some(), policy == AnswerPolicy::Default);
        let by_policy = shell.events(|event| match event {
            Event::Modal {
                progress: ModalProgress::Closed { reason, .. },
                ..
            } => Some(*reason),
            _ => None,
        });
        assert_eq!(by_policy, [CloseReason::Policy; 6]);
    }
}
