//! Tests of the simulator by example.

use std::time::{Duration, UNIX_EPOCH};

use stratos_protocol::flight_data::FlightData;
use stratos_protocol::flight_state::Phase;
use stratos_protocol::landing::{LandingEvent, LandingKind};

use crate::{
    Command, CommandError, FlightEvent, FlightSetup, FlightSource as _, LandingWishes, Moment,
    RecordedFrame, Recording, Simulator, write_frame,
};

const SECOND: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(6 * 60 * 60);

fn frankfurt_to_heraklion() -> Simulator {
    Simulator::new(&FlightSetup::new("EDDF", "LGIR"), UNIX_EPOCH).unwrap()
}

fn phases(moments: &[Moment]) -> Vec<(String, Duration)> {
    let changes = moments.iter().filter_map(|moment| match &moment.event {
        FlightEvent::PhaseChanged { to, .. } => Some((to.to_string(), moment.at)),
        _ => None,
    });
    changes.collect()
}

fn names(moments: &[Moment]) -> String {
    let names: Vec<_> = phases(moments).into_iter().map(|(name, _)| name).collect();
    names.join(" ")
}

fn landings(moments: &[Moment]) -> Vec<LandingEvent> {
    let events = moments.iter().filter_map(|moment| match &moment.event {
        FlightEvent::Landing(event) => Some((**event).clone()),
        _ => None,
    });
    events.collect()
}

fn data(simulator: &Simulator) -> FlightData {
    simulator.snapshot().data.unwrap()
}

fn append(text: &mut String, simulator: &Simulator, with_phase: bool) {
    let frame = RecordedFrame {
        elapsed_ms: u64::try_from(simulator.elapsed().as_millis()).unwrap(),
        phase: with_phase.then(|| simulator.phase().clone()),
        snapshot: simulator.snapshot(),
    };
    write_frame(text, &frame).unwrap();
}

fn jump(phase: Phase) -> Command {
    Command::JumpTo { phase }
}

/// The hash FNV-1a.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The same bytes on every system: recordings are compared, and plugins' tests depend on the times.
#[test]
fn a_recorded_flight_has_the_same_bytes_everywhere() {
    let (mut simulator, mut text) = (frankfurt_to_heraklion(), String::new());
    while !simulator.is_over() {
        append(&mut text, &simulator, true);
        simulator.advance(SECOND);
    }
    let bytes = text.as_bytes();
    assert_eq!(
        (bytes.len(), format!("{:016x}", fnv(bytes))),
        (9_848_274, "4a075bc8c93a54bb".to_owned())
    );
}

#[test]
fn a_flight_has_all_phases_and_plausible_times() {
    let mut simulator = frankfurt_to_heraklion();
    let moments = simulator.advance(LONG);
    assert_eq!(
        names(&moments),
        "push_back taxi take_off climb cruise descent approach final landed taxi_in arrived deboarding"
    );
    let phases = phases(&moments);
    let at = |name: &str| phases.iter().find(|(it, _)| it == name).unwrap().1;
    let block = (at("arrived") - at("push_back")).as_secs() / 60;
    assert!((150..=180).contains(&block), "{block} minutes");
    assert!(simulator.is_over() && simulator.elapsed() < LONG);
    assert!(matches!(moments.last().unwrap().event, FlightEvent::Ended));
    assert_eq!(simulator.advance(LONG), []);
    assert_eq!(data(&simulator).engine_1_on, Some(false));
    let seed = |seed| FlightSetup {
        seed,
        ..FlightSetup::new("EDDF", "LGIR")
    };
    let mut other = Simulator::new(&seed(1), UNIX_EPOCH).unwrap();
    assert_ne!(phases, self::phases(&other.advance(LONG)));
}

#[test]
fn a_landing_is_as_wished() {
    let mut simulator = frankfurt_to_heraklion();
    let wishes = LandingWishes {
        rate: Some(-350.0),
        g_force: Some(1.8),
        bounces: 2,
    };
    let moments = simulator.command(&Command::Land(wishes)).unwrap();
    assert_eq!(names(&moments), "final");
    simulator.advance(Duration::from_millis(29_950));
    assert_eq!(data(&simulator).vertical_speed, Some(-350.0));
    let moments = simulator.advance(Duration::from_secs(10));
    let events = landings(&moments);
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["touchdown", "bounce", "bounce", "settled"]);
    let touchdown = events[0].touchdown.as_ref().unwrap();
    assert_eq!(touchdown.vertical_speed, Some(-350.0));
    assert_eq!(touchdown.g_force, Some(1.8));
    assert_eq!(
        touchdown.timestamp,
        Some(UNIX_EPOCH + Duration::from_secs(30))
    );
    let bounce = events[1].bounce.as_ref().unwrap();
    assert_eq!(bounce.touchdown_vertical_speed, Some(-210.0));
    assert!(bounce.max_altitude_agl > Some(1.0));
    let report = events[3].report.as_ref().unwrap();
    assert_eq!(Some(report), simulator.landing_report());
    assert_eq!(
        (report.landing_rate, report.bounce_count),
        (Some(-350.0), Some(2))
    );
    assert_eq!((report.touchdowns.len(), report.bounces.len()), (3, 2));
    let heights = report
        .approach_data
        .iter()
        .map(|point| point.altitude_agl.unwrap());
    let heights: Vec<_> = heights.collect();
    assert!(
        heights.len() >= 5 && heights.is_sorted_by(|a, b| a > b),
        "{heights:?}"
    );
    let error = simulator.command(&Command::Land(wishes)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "another landing is not possible in the phase `landed`: jump to a phase before it first"
    );
}

#[test]
fn a_pause_and_a_menu_hold_the_flight() {
    let mut simulator = frankfurt_to_heraklion();
    simulator.command(&jump(Phase::Cruise)).unwrap();
    let before = data(&simulator);
    for (hold, release) in [
        (Command::Pause, Command::Resume),
        (Command::Menu { open: true }, Command::Menu { open: false }),
        (Command::Disconnect, Command::Reconnect),
    ] {
        simulator.command(&hold).unwrap();
        assert_eq!(simulator.advance(LONG), []);
        simulator.command(&release).unwrap();
        let error = simulator.command(&release).unwrap_err();
        assert!(matches!(error, CommandError::NoChange(_)), "{error}");
        assert_eq!(data(&simulator), before);
    }
    assert_eq!(simulator.elapsed(), LONG * 3);
    simulator.command(&Command::Pause).unwrap();
    assert_eq!(data(&simulator).pause_flag, Some(true));
    simulator.command(&Command::Menu { open: true }).unwrap();
    assert_eq!(data(&simulator).is_in_menu, Some(true));
}

#[test]
fn slew_and_rate_are_in_the_data() {
    let mut simulator = frankfurt_to_heraklion();
    simulator.command(&jump(Phase::Cruise)).unwrap();
    let mut slow = simulator.clone();
    simulator.command(&Command::Slew { on: true }).unwrap();
    simulator.command(&Command::Rate { rate: 4.0 }).unwrap();
    simulator.advance(Duration::from_secs(10));
    slow.advance(Duration::from_secs(40));
    assert_eq!(data(&simulator).latitude, data(&slow).latitude);
    assert_eq!(data(&simulator).simulation_rate, Some(4.0));
    assert_eq!(data(&simulator).slew_mode, Some(true));
    let error = simulator.command(&Command::Rate { rate: 3.0 }).unwrap_err();
    assert_eq!(
        error.to_string(),
        "simulation rate 3 is none of 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64 and 128"
    );
}

#[test]
fn a_disconnected_simulator_has_no_data() {
    let mut simulator = frankfurt_to_heraklion();
    let lost = simulator.command(&Command::Disconnect).unwrap();
    assert_eq!(lost[0].event, FlightEvent::ConnectionLost);
    let snapshot = simulator.snapshot();
    assert!(!snapshot.is_connected && snapshot.data.is_none());
    let error = simulator.command(&jump(Phase::Cruise)).unwrap_err();
    assert_eq!(error, CommandError::Disconnected);
    let found = simulator.command(&Command::Reconnect).unwrap();
    assert_eq!(found[0].event, FlightEvent::ConnectionFound);
    assert!(simulator.snapshot().data.is_some());
}

#[test]
fn a_take_off_is_rejected_on_the_ground_only() {
    let mut simulator = frankfurt_to_heraklion();
    let error = simulator.command(&Command::RejectTakeOff).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a rejected take-off is not possible in the phase `boarding`: it is from the start of the take-off run to the \
         lift-off"
    );
    simulator.command(&jump(Phase::TakeOff)).unwrap();
    simulator.advance(Duration::from_secs(30));
    let moments = simulator.command(&Command::RejectTakeOff).unwrap();
    assert_eq!(names(&moments), "rejected_take_off");
    let moments = simulator.advance(LONG);
    assert!(names(&moments).starts_with("taxi take_off climb cruise"));
    simulator = frankfurt_to_heraklion();
    simulator.command(&jump(Phase::TakeOff)).unwrap();
    simulator.advance(Duration::from_secs(60));
    assert_eq!(data(&simulator).plane_on_ground, Some(false));
    assert!(simulator.command(&Command::RejectTakeOff).is_err());
}

#[test]
fn an_approach_is_flown_again_after_a_go_around() {
    let mut simulator = frankfurt_to_heraklion();
    assert!(simulator.command(&Command::GoAround).is_err());
    simulator.command(&jump(Phase::Final)).unwrap();
    for _ in 0..2 {
        simulator.advance(Duration::from_secs(100));
        let moments = simulator.command(&Command::GoAround).unwrap();
        assert_eq!(names(&moments), "go_around");
        simulator.advance(Duration::from_secs(15));
        assert!(data(&simulator).vertical_speed > Some(1000.0));
        assert_eq!(data(&simulator).gear_control, Some(false));
        while *simulator.phase() != Phase::Final {
            simulator.advance(SECOND);
        }
    }
    let moments = simulator.advance(LONG);
    assert_eq!(names(&moments), "landed taxi_in arrived deboarding");
    let points = &simulator.landing_report().unwrap().approach_data;
    assert!(points.len() < 60, "points of the last approach only");
}

#[test]
fn a_crashed_aircraft_stays_where_it_is() {
    let mut simulator = frankfurt_to_heraklion();
    simulator.command(&jump(Phase::Climb)).unwrap();
    let moments = simulator.command(&Command::Crash).unwrap();
    assert_eq!(moments[0].event, FlightEvent::Crashed);
    let crashed = data(&simulator);
    assert_eq!(
        (crashed.crashed, crashed.ground_speed),
        (Some(true), Some(0.0))
    );
    assert_eq!(crashed.engine_1_on, Some(false));
    assert_eq!(simulator.advance(LONG), []);
    assert_eq!(data(&simulator), crashed);
    let error = simulator.command(&Command::Pause).unwrap_err();
    assert_eq!(error, CommandError::Crashed);
    simulator.command(&jump(Phase::Taxi)).unwrap();
    assert_eq!(data(&simulator).crashed, Some(false));
    let moments = simulator.command(&Command::End).unwrap();
    assert_eq!(moments[0].event, FlightEvent::Ended);
    assert_eq!(simulator.command(&Command::End), Err(CommandError::Over));
}

#[test]
fn a_flight_can_be_attached_in_any_phase() {
    for phase in Phase::ALL {
        let mut simulator = frankfurt_to_heraklion();
        let result = simulator.command(&jump(phase.clone()));
        if [Phase::RejectedTakeOff, Phase::GoAround].contains(phase) {
            let error = result.unwrap_err().to_string();
            assert!(
                error.contains("by a command of its own, during the "),
                "{error}"
            );
            continue;
        }
        assert_eq!(simulator.phase(), phase);
        let landed = landings(&result.unwrap());
        assert_eq!(landed.is_empty(), *phase != Phase::Landed);
        assert!(
            landed
                .iter()
                .all(|event| event.kind == LandingKind::Touchdown)
        );
        simulator.advance(LONG);
        assert!(simulator.is_over());
    }
}

#[test]
fn a_recording_without_phases_has_the_same_phases_and_landing() {
    let wishes = LandingWishes {
        rate: Some(-420.0),
        g_force: Some(1.9),
        bounces: 1,
    };
    let setup = FlightSetup {
        landing: wishes,
        ..FlightSetup::new("EDDM", "LOWW")
    };
    let fly = |with_phases: bool| {
        let mut simulator = Simulator::new(&setup, UNIX_EPOCH).unwrap();
        let mut moments = Vec::new();
        let mut text = String::new();
        let mut commands = vec![
            (
                Phase::TakeOff,
                Duration::from_secs(25),
                Command::RejectTakeOff,
            ),
            (Phase::Final, Duration::from_secs(60), Command::GoAround),
        ];
        // Frames at 20 Hz where seconds count, and less often in between.
        while !simulator.is_over() {
            if commands
                .first()
                .is_some_and(|(phase, ..)| phase == simulator.phase())
            {
                let (_, after, command) = commands.remove(0);
                let end = simulator.elapsed() + after;
                while simulator.elapsed() < end {
                    append(&mut text, &simulator, with_phases);
                    moments.extend(simulator.advance(SECOND));
                }
                moments.extend(simulator.command(&command).unwrap());
            }
            append(&mut text, &simulator, with_phases);
            let is_short_final = data(&simulator).altitude_agl < Some(200.0)
                && [Phase::Final, Phase::Landed].contains(simulator.phase());
            let step = match is_short_final {
                true => SECOND / 20,
                false => SECOND,
            };
            moments.extend(simulator.advance(step));
        }
        (moments, text)
    };
    for with_phases in [true, false] {
        let (flown, text) = fly(with_phases);
        let recording = Recording::parse("flight.jsonl", &text).unwrap();
        assert_eq!(recording.gaps(), []);
        let mut playback = recording.play(UNIX_EPOCH);
        let played = playback.advance(LONG);
        assert_eq!(names(&played), names(&flown));
        assert!(names(&flown).contains("take_off rejected_take_off taxi take_off climb cruise"));
        assert!(names(&flown).contains("approach final go_around approach final landed"));
        let (flown, played) = (landings(&flown), landings(&played));
        let kinds = |events: &[LandingEvent]| -> Vec<_> {
            events.iter().map(|event| event.kind.clone()).collect()
        };
        assert_eq!(kinds(&played), kinds(&flown));
        for (flown, played) in flown.iter().zip(&played) {
            let late = played
                .timestamp
                .unwrap()
                .duration_since(flown.timestamp.unwrap());
            assert!(late.unwrap() < SECOND / 10);
            let impact = |event: &LandingEvent| {
                let point = event.touchdown.clone().unwrap_or_default();
                (point.vertical_speed.unwrap_or(0.0), point.g_force)
            };
            assert_eq!(impact(flown).1, impact(played).1);
            // In a bounce, the rate changes from frame to frame.
            assert!((impact(flown).0 - impact(played).0).abs() < 20.0);
        }
        let report = playback.landing_report().unwrap();
        assert_eq!(
            (report.landing_rate, report.bounce_count),
            (Some(-420.0), Some(1))
        );
        assert!(report.approach_data.len() > 15);
    }
}
