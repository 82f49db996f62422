//! Properties of all simulated flights: any route, seed, steps and commands.

use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;
use stratos_protocol::flight_data::FlightData;
use stratos_protocol::flight_state::Phase;

use crate::airport::airports;
use crate::great_circle::Position;
use crate::{
    AircraftClass, Command, FlightEvent, FlightSetup, FlightSource as _, LandingWishes, Moment,
    Simulator,
};

/// Phases that may follow each phase in a flight without jumps.
const SUCCESSORS: &[(Phase, &[Phase])] = &[
    (Phase::Boarding, &[Phase::PushBack]),
    (Phase::PushBack, &[Phase::Taxi]),
    (Phase::Taxi, &[Phase::TakeOff]),
    (Phase::TakeOff, &[Phase::Climb, Phase::RejectedTakeOff]),
    (Phase::RejectedTakeOff, &[Phase::Taxi]),
    (Phase::Climb, &[Phase::Cruise]),
    (Phase::Cruise, &[Phase::Descent]),
    (Phase::Descent, &[Phase::Approach]),
    (Phase::Approach, &[Phase::Final, Phase::GoAround]),
    (Phase::GoAround, &[Phase::Approach]),
    (Phase::Final, &[Phase::Landed, Phase::GoAround]),
    (Phase::Landed, &[Phase::TaxiIn]),
    (Phase::TaxiIn, &[Phase::Arrived]),
    (Phase::Arrived, &[Phase::Deboarding]),
    (Phase::Deboarding, &[]),
];

fn setup() -> impl Strategy<Value = FlightSetup> {
    let count = airports().len();
    let landing = (
        proptest::option::of(-2000.0..-20.0),
        proptest::option::of(1.0..5.0),
        0..=5_u32,
    );
    let parts = (
        0..count,
        1..count,
        0..3_usize,
        any::<u64>(),
        landing,
        proptest::option::of(10..=12_u32),
    );
    parts.prop_map(move |(from, offset, class, seed, landing, level)| {
        let to = (from + offset) % count;
        let (rate, g_force, bounces) = landing;
        FlightSetup {
            // A short route has no room for more.
            cruise_level: level.map(|level| level * 10),
            aircraft: AircraftClass::ALL[class],
            seed,
            landing: LandingWishes {
                rate,
                g_force,
                bounces,
            },
            ..FlightSetup::new(airports()[from].icao, airports()[to].icao)
        }
    })
}

/// Commands that do not change the way of the aircraft.
fn holding_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        Just(Command::Pause),
        Just(Command::Resume),
        Just(Command::Resume),
        any::<bool>().prop_map(|open| Command::Menu { open }),
        any::<bool>().prop_map(|on| Command::Slew { on }),
        (0..4).prop_map(|power| Command::Rate {
            rate: f64::from(1 << power) / 4.0
        }),
        Just(Command::Disconnect),
        Just(Command::Reconnect),
        Just(Command::Reconnect),
    ]
}

fn maneuver() -> impl Strategy<Value = Command> {
    prop_oneof![Just(Command::RejectTakeOff), Just(Command::GoAround)]
}

fn jumping_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        (0..Phase::ALL.len()).prop_map(|index| Command::JumpTo {
            phase: Phase::ALL[index].clone()
        }),
        (-2000.0..-20.0, 0..=5_u32).prop_map(|(rate, bounces)| Command::Land(LandingWishes {
            rate: Some(rate),
            g_force: None,
            bounces,
        })),
        Just(Command::Crash),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        6 => holding_command(),
        2 => maneuver(),
        4 => jumping_command(),
        1 => Just(Command::End),
    ]
}

fn simulator(setup: &FlightSetup) -> Simulator {
    Simulator::new(setup, UNIX_EPOCH).unwrap()
}

fn assert_in_range(data: &FlightData, phase: &Phase) {
    let json = format_args!("{data:?}");
    let check = |name: &str, value: Option<f64>, low: f64, high: f64| {
        let value = value.unwrap();
        assert!(
            (low..=high).contains(&value),
            "{phase} {name} {value}: {json}"
        );
    };
    check("latitude", data.latitude, -90.0, 90.0);
    check("longitude", data.longitude, -180.0, 180.0);
    check("heading", data.heading, 0.0, 359.99);
    check("altitude", data.altitude, -50.0, 43_000.1);
    check("height", data.altitude_agl, 0.0, 43_100.0);
    check("rate", data.vertical_speed, -2600.0, 3000.0);
    check("ground speed", data.ground_speed, 0.0, 520.0);
    check("airspeed", data.indicated_airspeed, 0.0, 310.0);
    check("mach", data.mach, 0.0, 0.86);
    check("pitch", data.pitch, -5.0, 15.0);
    check("bank", data.bank, -25.0, 25.0);
    check("g", data.g_force, 0.4, 5.0);
    check("flaps", data.flaps_control, 0.0, 100.0);
    check("n1", data.engine_1_n1, 0.0, 100.0);
    check("n2", data.engine_2_n2, 0.0, 100.0);
    check("fuel", data.fuel_total_quantity_weight, 0.0, 1e6);
    check("wind", data.wind_speed, 0.0, 80.0);
    check("qnh", data.pressure_qnh, 29.0, 31.0);
    let (height, on_ground) = (data.altitude_agl.unwrap(), data.plane_on_ground.unwrap());
    if data.altitude.unwrap() < 9_999.0 {
        check(
            "airspeed below 10,000 ft",
            data.indicated_airspeed,
            0.0,
            250.0,
        );
    }
    if !on_ground {
        let is_low = data.altitude.unwrap() < 9_999.0;
        let is_high = data.altitude.unwrap() > 10_001.0;
        assert!(!is_low || data.light_landing == Some(true), "{json}");
        assert!(!is_high || data.light_landing == Some(false), "{json}");
        assert!(height > 1500.0 || data.light_strobe == Some(true));
    }
    if data.crashed == Some(true) {
        return;
    }
    if *phase == Phase::Final || on_ground {
        assert_eq!(data.gear_control, Some(true), "{phase} {json}");
    }
    if matches!(phase, Phase::Climb | Phase::Cruise | Phase::Descent) {
        assert_eq!(data.gear_control, Some(false), "{phase} {json}");
    }
    let runs = !matches!(phase, Phase::Boarding | Phase::Arrived | Phase::Deboarding);
    if *phase != Phase::PushBack {
        assert_eq!(data.engine_1_on, Some(runs), "{phase} {json}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn phases_are_in_order_and_the_aircraft_moves_without_leaps(
        setup in setup(),
        steps in prop::collection::vec((2000..60_000_u64, holding_command()), 1..12),
        maneuvers in prop::collection::vec(any::<bool>(), 0..3),
    ) {
        let mut simulator = simulator(&setup);
        let (mut steps, mut maneuvers) = (steps.into_iter().cycle(), maneuvers.into_iter());
        let mut before: Option<(FlightData, Duration)> = None;
        let (mut fuel, mut phase, mut count) = (f64::MAX, Phase::Boarding, 0);
        while !simulator.is_over() {
            let (millis, command) = steps.next().unwrap();
            count += 1;
            // Now and then a command; a flight that is held for ever would not end.
            if count % 7 == 0 {
                let _ = simulator.command(&command);
            }
            if count % 7 == 2 {
                for command in [Command::Resume, Command::Reconnect, Command::Menu { open: false }] {
                    let _ = simulator.command(&command);
                }
            }
            let is_final = matches!(simulator.phase(), Phase::Approach | Phase::Final);
            let is_run = *simulator.phase() == Phase::TakeOff;
            if (is_final || is_run) && maneuvers.next() == Some(true) {
                let command = match is_final {
                    true => Command::GoAround,
                    false => Command::RejectTakeOff,
                };
                for moment in simulator.command(&command).unwrap_or_default() {
                    if let FlightEvent::PhaseChanged { to, .. } = moment.event {
                        phase = to;
                    }
                }
            } else {
                phase = simulator.phase().clone();
            }
            for moment in simulator.advance(Duration::from_millis(millis)) {
                if let FlightEvent::PhaseChanged { from, to } = moment.event {
                    prop_assert_eq!(&from, &phase);
                    let (_, next) = SUCCESSORS.iter().find(|(it, _)| *it == from).unwrap();
                    prop_assert!(next.contains(&to), "{} follows {}", to, from);
                    phase = to;
                }
            }
            prop_assert_eq!(simulator.phase(), &phase);
            let Some(data) = simulator.snapshot().data else {
                continue;
            };
            assert_in_range(&data, &phase);
            prop_assert!(data.fuel_total_quantity_weight.unwrap() <= fuel);
            fuel = data.fuel_total_quantity_weight.unwrap();
            let elapsed = simulator.elapsed();
            if let Some((earlier, at)) = before.replace((data.clone(), elapsed)) {
                let position = |data: &FlightData| Position {
                    latitude: data.latitude.unwrap(),
                    longitude: data.longitude.unwrap(),
                };
                // The highest rate of this test is 2.
                let seconds = (elapsed - at).as_secs_f64() * 2.0;
                let way = position(&earlier).distance(position(&data));
                let speed = earlier.ground_speed.unwrap().max(data.ground_speed.unwrap());
                prop_assert!(way <= (speed + 5.0) * seconds / 3600.0 + 0.005, "{} nm in {} s", way, seconds);
                let climb = (earlier.altitude.unwrap() - data.altitude.unwrap()).abs();
                prop_assert!(climb <= 3000.0 / 60.0 * seconds + 1.0, "{} ft in {} s", climb, seconds);
            }
        }
        prop_assert_eq!(phase, Phase::Deboarding);
        prop_assert!(simulator.landing_report().is_some());
    }

    #[test]
    fn any_steps_give_the_same_moments_and_frames(
        setup in setup(),
        script in prop::collection::vec((prop_oneof![1..2000_u64, 1..4_000_000_u64], command()), 1..20),
        cuts in prop::collection::vec(1..5_000_000_000_u64, 1..200),
    ) {
        let (mut at_once, mut in_steps) = (simulator(&setup), simulator(&setup));
        let mut cuts = cuts.into_iter().cycle();
        let mut elapsed = Duration::ZERO;
        for (millis, command) in script {
            let span = Duration::from_millis(millis);
            let expected = at_once.advance(span);
            let (mut found, mut rest, mut budget) = (Vec::<Moment>::new(), span, 500);
            while !rest.is_zero() {
                budget -= 1;
                let step = match budget {
                    0 => rest,
                    _ => Duration::from_nanos(cuts.next().unwrap()).min(rest),
                };
                found.extend(in_steps.advance(step));
                rest -= step;
                if budget == 0 {
                    break;
                }
            }
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(at_once.snapshot(), in_steps.snapshot());
            prop_assert_eq!(at_once.landing_report(), in_steps.landing_report());
            prop_assert!(at_once.elapsed() >= elapsed);
            elapsed = at_once.elapsed();
            prop_assert_eq!(in_steps.elapsed(), elapsed);
            prop_assert!(expected.iter().all(|moment| moment.at <= elapsed));
            prop_assert!(expected.is_sorted_by_key(|moment| moment.at));
            let fuel = |source: &Simulator| source.snapshot().data.and_then(|it| it.fuel_used);
            let before = fuel(&at_once);
            prop_assert_eq!(at_once.command(&command), in_steps.command(&command));
            if let Some((before, after)) = before.zip(fuel(&at_once)) {
                prop_assert!(after >= before, "{:?} refuels", command);
            }
            if let Some(data) = at_once.snapshot().data {
                assert_in_range(&data, at_once.phase());
            }
        }
    }
}
