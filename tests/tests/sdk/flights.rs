//! `ctx.flight`, with flights of the test shell.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use stratos::flight::{LandingEvent, Phase, PhaseSnapshot, SimFrame, StartVerdict};
use stratos::testing::{ControlError, FlightCommand, ShellVersion};
use stratos::testing::{FlightError, FlightRequest, FlightSetup, TestShell};
use stratos::{PluginContext, Result};

/// A plugin that pushes what it sees of the flight.
#[derive(Default)]
struct Observer {
    frames: AtomicU64,
    missed: AtomicU64,
    top: Mutex<f64>,
}

#[stratos::plugin(manifest = "plugin.json")]
impl Observer {
    async fn on_start(&self, _ctx: PluginContext) -> Result {
        Ok(())
    }

    async fn on_stop(&self) {}

    #[on(phase_change)]
    async fn phase(&self, ctx: &PluginContext, change: PhaseSnapshot) -> Result {
        ctx.ipc.send("phase", &change.current_phase).await?;
        Ok(())
    }

    #[on(landing)]
    async fn landing(&self, ctx: &PluginContext, landing: LandingEvent) -> Result {
        ctx.ipc.send("landing", &landing.kind).await?;
        Ok(())
    }

    #[on(sim_data)]
    async fn frame(&self, frame: SimFrame) {
        self.frames.fetch_add(1, Ordering::Relaxed);
        self.missed.fetch_add(frame.missed, Ordering::Relaxed);
        let altitude = frame.data.as_ref().and_then(|data| data.altitude);
        let mut top = self.top.lock().unwrap();
        *top = top.max(altitude.unwrap_or_default());
    }

    #[start_guard]
    async fn guard(&self, ctx: PluginContext) -> Result<StartVerdict> {
        Ok(match ctx.config.get("fuelled", true).await? {
            true => StartVerdict::Allow,
            false => StartVerdict::veto("The tanks are empty."),
        })
    }

    #[ipc("seen")]
    async fn seen(&self) -> (u64, u64, f64) {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (
            load(&self.frames),
            load(&self.missed),
            *self.top.lock().unwrap(),
        )
    }

    #[ipc("state")]
    async fn state(&self, ctx: PluginContext) -> Result<(bool, Phase, Option<f64>)> {
        let state = ctx.flight.state().await?;
        let phase = ctx.flight.phase().await?;
        let report = ctx.flight.landing_report().await?;
        let rate = report.and_then(|report| report.landing_rate);
        Ok((state.flight.is_some(), phase.current_phase, rate))
    }
}

#[tokio::test(start_paused = true)]
async fn a_plugin_sees_a_whole_flight() {
    let shell = TestShell::new(Observer::default).start().await;
    shell.flight().fly(FlightSetup::new("EDDF", "LGIR")).await;
    let phases = [
        Phase::Boarding,
        Phase::PushBack,
        Phase::Taxi,
        Phase::TakeOff,
        Phase::Climb,
        Phase::Cruise,
        Phase::Descent,
        Phase::Approach,
        Phase::Final,
        Phase::Landed,
        Phase::TaxiIn,
        Phase::Arrived,
        Phase::Deboarding,
        Phase::default(),
    ];
    for expected in phases {
        assert_eq!(shell.push::<Phase>("phase").await, expected);
    }
    for expected in ["touchdown", "settled"] {
        assert_eq!(shell.push::<String>("landing").await, expected);
    }
    let (frames, missed, top): (u64, u64, f64) = shell.invoke("seen", ()).await.unwrap();
    assert!(frames > 3600, "{frames} frames");
    assert_eq!(missed, 0, "missed frames");
    assert!((30_000.0..42_000.0).contains(&top), "{top} ft");
    let (has_flight, phase, rate): (bool, Phase, Option<f64>) =
        shell.invoke("state", ()).await.unwrap();
    assert_eq!((has_flight, phase), (false, Phase::default()));
    assert!(rate.is_some_and(|rate| rate < 0.0), "{rate:?}");
    shell.stop().await.assert_clean();
}

/// Frames are as far apart as without the commands, so that a plugin has the time to read each.
#[tokio::test(start_paused = true)]
async fn commands_make_no_frame_replace_another() {
    let shell = TestShell::new(Observer::default).start().await;
    let flight = shell.flight();
    flight.start(FlightSetup::new("EDDF", "LGIR")).await;
    flight.reaches(Phase::PushBack).await;
    for _ in 0..20 {
        flight.pause().await;
        flight.resume().await;
        flight.command(FlightCommand::Step(50)).await;
        flight.command(FlightCommand::Resume).await;
    }
    let step_and_read = async || {
        flight.command(FlightCommand::Step(50)).await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        shell.invoke("seen", ()).await.unwrap()
    };
    let (before, ..): (u64, u64, f64) = step_and_read().await;
    // A step of a flight that is held has one frame.
    let (frames, missed, _): (u64, u64, f64) = step_and_read().await;
    assert_eq!((frames, missed), (before + 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_second_flight_is_waited_for_although_the_first_has_ended() {
    let shell = TestShell::new(Observer::default).start().await;
    let flight = shell.flight();
    let mut seen = Vec::new();
    for _ in 0..2 {
        flight.start(FlightSetup::new("EDDF", "EDDM")).await;
        flight.jump_to(Phase::Arrived).await;
        flight.ends().await;
        seen.push(shell.push::<Phase>("phase").await);
        assert!(flight.info().state.flight.is_none());
        while shell.push::<Phase>("phase").await != Phase::default() {}
    }
    assert_eq!(seen, [Phase::Boarding, Phase::Boarding]);
}

#[tokio::test(start_paused = true)]
async fn a_start_guard_refuses_a_flight_that_the_pilot_can_start_anyway() {
    let shell = TestShell::new(Observer::default)
        .unchecked_config("fuelled", false)
        .start()
        .await;
    let request = FlightRequest::simulated(FlightSetup::new("EDDF", "LGIR"));
    let refused = shell.flight().try_start(request.clone()).await.unwrap_err();
    let ControlError::Flight(FlightError::Vetoed { vetoes }) = &refused else {
        panic!("{refused}")
    };
    assert_eq!(vetoes[0].reason, "The tanks are empty.");
    let anyway = FlightRequest {
        anyway: true,
        ..request
    };
    shell.flight().try_start(anyway).await.unwrap();
    shell.flight().reaches(Phase::Taxi).await;
    shell.stop().await.assert_clean();
}

#[tokio::test(start_paused = true)]
async fn a_shell_without_flights_says_so_and_never_calls_the_handlers() {
    let shell = TestShell::new(Observer::default)
        .shell_version(ShellVersion::V1)
        .start()
        .await;
    let line = shell.log_line("`phase` is never called").await;
    assert!(
        line.message
            .contains("`ctx.flight` is not supported by this shell, mocked shell V1"),
        "{}",
        line.message
    );
    let error = shell
        .invoke::<(bool, Phase)>("state", ())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`ctx.flight` is not supported by this shell, mocked shell V1"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_plugin_can_start_during_a_flight() {
    let shell = TestShell::new(Observer::default).start().await;
    shell.flight().start(FlightSetup::new("EDDF", "LGIR")).await;
    shell.flight().jump_to(Phase::Cruise).await;
    shell.restart().await.unwrap();
    let (has_flight, phase, _): (bool, Phase, Option<f64>) =
        shell.invoke("state", ()).await.unwrap();
    assert_eq!((has_flight, phase), (true, Phase::Cruise));
    tokio::time::sleep(Duration::from_secs(2)).await;
    shell.flight().disconnect().await;
    assert!(shell.flight().info().state.sim_disconnected);
    shell.flight().reconnect().await;
    shell.flight().land(-350.0, 1).await;
    for expected in ["touchdown", "bounce", "settled"] {
        assert_eq!(shell.push::<String>("landing").await, expected);
    }
    let (_, _, rate): (bool, Phase, Option<f64>) = shell.invoke("state", ()).await.unwrap();
    assert_eq!(rate, Some(-350.0));
    shell.flight().end().await;
    shell.stop().await.assert_clean();
}

/// A plugin whose guards misbehave, and whose handler of phases panics at boarding.
#[derive(Default)]
struct Clumsy;

#[stratos::plugin(manifest = "plugin.json")]
impl Clumsy {
    async fn on_start(&self, _ctx: PluginContext) -> Result {
        Ok(())
    }

    async fn on_stop(&self) {}

    #[start_guard]
    async fn hangs(&self) -> StartVerdict {
        std::future::pending().await
    }

    #[start_guard]
    async fn panics(&self) -> StartVerdict {
        panic!("the guard fell asleep")
    }

    #[start_guard]
    async fn fails(&self) -> Result<StartVerdict> {
        Err("the scales are broken".into())
    }

    #[start_guard]
    async fn vetoes(&self, ctx: PluginContext) -> Result<StartVerdict> {
        Ok(match ctx.config.get("overloaded", false).await? {
            true => StartVerdict::veto("Too heavy."),
            false => StartVerdict::Allow,
        })
    }

    #[on(phase_change)]
    async fn phase(&self, ctx: &PluginContext, change: PhaseSnapshot) -> Result {
        assert_ne!(change.current_phase, Phase::Boarding, "not yet");
        ctx.ipc.send("phase", &change.current_phase).await?;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn guards_that_misbehave_let_a_flight_start_and_do_not_undo_the_veto_of_another() {
    let shell = TestShell::new(Clumsy::default).start().await;
    let begin = tokio::time::Instant::now();
    shell.flight().start(FlightSetup::new("EDDF", "EDDM")).await;
    let waited = begin.elapsed();
    assert!(waited < Duration::from_secs(5), "{waited:?}");
    for warning in [
        "a start guard did not answer within 4.5 s; the flight may start",
        "a start guard panicked; the flight may start",
        "a start guard failed: the scales are broken; the flight may start",
    ] {
        shell.log_line(warning).await;
    }
    shell.flight().end().await;
    shell.set_unchecked_config("overloaded", true).await;
    let request = FlightRequest::simulated(FlightSetup::new("EDDF", "EDDM"));
    let refused = shell.flight().try_start(request).await.unwrap_err();
    assert!(refused.to_string().contains("Too heavy"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_panics_is_called_for_the_next_event() {
    let shell = TestShell::new(Clumsy::default).start().await;
    shell.flight().start(FlightSetup::new("EDDF", "EDDM")).await;
    let phase: Phase = shell.push("phase").await;
    assert_eq!(phase, Phase::PushBack);
}
