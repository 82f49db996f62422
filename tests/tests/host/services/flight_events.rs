//! Events of flights as plugins receive them: subscriptions, generations, plugins that do not read, and start guards.

use std::time::Duration;

use stratos::testing::{Command, FlightCommand};
use stratos_host::PluginState;
use stratos_protocol::flight::{GetState, PhaseChanged, Subscribe, Topic, Unsubscribe, Updated};
use stratos_protocol::flight_state::Phase;
use stratos_protocol::lifecycle::Retire;
use stratos_protocol::start_guard::{Ask, Register, Unregister};
use stratos_tests::{RawPlugin, RawShell};
use tokio::time::Instant;

use super::{flight, jump_to, start_flight};

const PHASES: Subscribe = Subscribe {
    topic: Topic::PhaseChanges,
};
const UPDATES: Subscribe = Subscribe {
    topic: Topic::Updates,
};

/// Lets the shell send what it has to send.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}

#[tokio::test(start_paused = true)]
async fn a_flight_has_a_phase_from_its_first_moment() {
    let mut plugin = RawPlugin::without_folders("demo");
    let shell = RawShell::start(&[&plugin]).await;
    let ctx = plugin.next().await;
    start_flight(&shell).await;
    let state = ctx.call(&GetState {}).await.unwrap();
    assert_eq!(state.flight.unwrap().current_phase, Some(Phase::Boarding));
}

#[tokio::test(start_paused = true)]
async fn subscriptions_end_with_the_plugin() {
    let mut plugin = RawPlugin::without_folders("demo");
    let shell = RawShell::start(&[&plugin]).await;
    let control = shell.shell.control();
    start_flight(&shell).await;
    let first = plugin.next().await;
    first.call(&PHASES).await.unwrap();
    jump_to(&shell, Phase::Taxi);
    settle().await;
    assert_eq!(first.received::<PhaseChanged>(), 1);
    control.stop("demo").await.unwrap();
    control.start("demo").await.unwrap();
    let second = plugin.next().await;
    jump_to(&shell, Phase::Cruise);
    settle().await;
    assert_eq!(second.received::<PhaseChanged>(), 0);
    assert_eq!(first.received::<PhaseChanged>(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_subscription_ends_when_the_plugin_ends_it() {
    let mut plugin = RawPlugin::without_folders("demo");
    let shell = RawShell::start(&[&plugin]).await;
    start_flight(&shell).await;
    let ctx = plugin.next().await;
    ctx.call(&PHASES).await.unwrap();
    ctx.call(&UPDATES).await.unwrap();
    let topic = PHASES.topic;
    ctx.call(&Unsubscribe { topic }).await.unwrap();
    jump_to(&shell, Phase::Taxi);
    settle().await;
    assert_eq!(ctx.received::<PhaseChanged>(), 0);
    assert_eq!(ctx.received::<Updated>(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_replaced_generation_has_no_events_while_it_ends() {
    let mut plugin = RawPlugin::without_folders("demo").leaves_unanswered::<Retire>();
    let shell = RawShell::start(&[&plugin]).await;
    start_flight(&shell).await;
    let old = plugin.next().await;
    old.call(&PHASES).await.unwrap();
    shell.shell.control().update("demo").await.unwrap();
    let new = plugin.next().await;
    new.call(&PHASES).await.unwrap();
    jump_to(&shell, Phase::Taxi);
    settle().await;
    assert_eq!(old.received::<Retire>(), 1, "it has not ended yet");
    assert_eq!(old.received::<PhaseChanged>(), 0);
    assert_eq!(new.received::<PhaseChanged>(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_plugin_that_does_not_read_events_ends_and_others_have_them_all() {
    let mut deaf = RawPlugin::without_folders("deaf").leaves_unanswered::<Updated>();
    let mut other = RawPlugin::without_folders("other");
    let shell = RawShell::start(&[&deaf, &other]).await;
    let control = shell.shell.control();
    start_flight(&shell).await;
    let (deaf, other) = (deaf.next().await, other.next().await);
    deaf.call(&UPDATES).await.unwrap();
    other.call(&UPDATES).await.unwrap();
    const PAUSES: usize = 2100;
    for _ in 0..PAUSES {
        for command in [
            FlightCommand::Simulator(Command::Pause),
            FlightCommand::Resume,
        ] {
            control.command_flight(command).unwrap();
        }
        settle().await;
    }
    assert_eq!(other.received::<Updated>(), 2 * PAUSES);
    assert_eq!(deaf.received::<Updated>(), 1);
    let lines = shell.warnings();
    let expected =
        "ends, since it does not read the events of the flight that it has subscribed to";
    assert!(lines.iter().any(|line| line == expected), "{lines:?}");
    let states: Vec<_> = control
        .plugins()
        .into_iter()
        .map(|plugin| plugin.state)
        .collect();
    assert!(
        matches!(
            states[..],
            [PluginState::Errored { .. }, PluginState::Running]
        ),
        "{states:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn guards_are_asked_until_they_are_removed() {
    let mut plugin = RawPlugin::without_folders("demo");
    let shell = RawShell::start(&[&plugin]).await;
    let ctx = plugin.next().await;
    ctx.call(&Register {}).await.unwrap();
    start_flight(&shell).await;
    assert_eq!(ctx.received::<Ask>(), 1);
    let end = FlightCommand::Simulator(Command::End);
    shell.shell.control().command_flight(end).unwrap();
    ctx.call(&Unregister {}).await.unwrap();
    start_flight(&shell).await;
    assert_eq!(ctx.received::<Ask>(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_flight_starts_after_five_seconds_without_the_answer_of_a_guard() {
    let mut plugin = RawPlugin::without_folders("demo").leaves_unanswered::<Ask>();
    let shell = RawShell::start(&[&plugin]).await;
    let ctx = plugin.next().await;
    ctx.call(&Register {}).await.unwrap();
    let begin = Instant::now();
    start_flight(&shell).await;
    assert_eq!(begin.elapsed().as_secs(), 5);
    assert_eq!(
        shell.warnings(),
        ["its start guards did not answer within 5 s; the flight may start"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_flight_starts_although_a_plugin_ends_while_its_guard_is_asked() {
    let mut plugin = RawPlugin::without_folders("demo").leaves_unanswered::<Ask>();
    let shell = RawShell::start(&[&plugin]).await;
    let control = shell.shell.control().clone();
    let ctx = plugin.next().await;
    ctx.call(&Register {}).await.unwrap();
    let begin = Instant::now();
    let start = tokio::spawn(async move { control.start_flight(flight()).await });
    while ctx.received::<Ask>() == 0 {
        settle().await;
    }
    shell.shell.control().stop("demo").await.unwrap();
    start.await.unwrap().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(5));
    let lines = shell.warnings();
    let is_told = |line: &String| {
        line.starts_with("its start guards failed: ") && line.ends_with("; the flight may start")
    };
    assert!(lines.iter().any(is_told), "{lines:?}");
}
