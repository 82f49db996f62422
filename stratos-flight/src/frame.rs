//! Simulator data from the state of a simulated aircraft.
//!
//! Numbers are rounded, so that recordings are small and stable.

use stratos_protocol::flight_data::FlightData;
use stratos_protocol::landing::CapturePoint;

use crate::atmosphere::{indicated_airspeed, speed_of_sound};
use crate::profile::{AircraftState, PlannedFlight};

/// Largest bank in degrees.
const MAX_BANK: f64 = 25.0;
/// Percent of the full extension for each position of the flaps lever.
const FLAPS_STEP: f64 = 25.0;

/// Fuel of a flight in pounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fuel {
    /// On board at the start.
    pub(crate) block: f64,
    /// Burnt until now.
    pub(crate) burnt: f64,
}

/// The data of an aircraft as a point of a landing.
pub(crate) fn capture(data: &FlightData) -> CapturePoint {
    CapturePoint {
        altitude: data.altitude,
        altitude_agl: data.altitude_agl,
        vertical_speed: data.vertical_speed,
        ground_speed: data.ground_speed,
        indicated_airspeed: data.indicated_airspeed,
        latitude: data.latitude,
        longitude: data.longitude,
        pitch: data.pitch,
        bank: data.bank,
        g_force: data.g_force,
        heading: data.heading,
        flaps_control: data.flaps_control,
        wind_direction: data.wind_direction,
        wind_speed: data.wind_speed,
        total_fuel_lbs: data.fuel_total_quantity_weight,
        flaps_handle_index: data.flaps_handle_index,
        ..CapturePoint::default()
    }
}

/// Rounds to a number of decimals. Zero has no sign.
pub(crate) fn round(value: f64, decimals: u8) -> f64 {
    let factor = match decimals {
        0 => 1.0,
        1 => 10.0,
        2 => 100.0,
        3 => 1000.0,
        _ => 1_000_000.0,
    };
    (value * factor).round() / factor + 0.0
}

/// The data of an aircraft.
pub(crate) fn data(
    flight: &PlannedFlight,
    state: &AircraftState,
    fuel: Fuel,
    is_crashed: bool,
) -> FlightData {
    let (controls, switches) = (&state.controls, &state.switches);
    let performance = flight.performance;
    let weather = flight.weather(state.progress, state.altitude);
    let height = match switches.is_on_ground {
        true => 0.0,
        false => (state.altitude - flight.ground(state.progress)).max(0.0),
    };
    let left = (fuel.block - fuel.burnt).max(0.0);
    let engine = |number: u32| number <= performance.engines;
    let on = |number| engine(number).then_some(switches.has_engines);
    let n1 = |number| engine(number).then(|| round(controls.n1, 1));
    // From 60 % at idle to 100 % with full thrust; without rotation there is none.
    let n2 = round((controls.n1 * 3.0).min(50.0 + controls.n1 / 2.0), 1);
    let n2 = |number| engine(number).then_some(n2);
    FlightData {
        latitude: Some(round(state.position.latitude, 6)),
        longitude: Some(round(state.position.longitude, 6)),
        heading: Some(round(state.heading, 1) % 360.0),
        altitude: Some(round(state.altitude, 1)),
        altitude_agl: Some(round(height, 1)),
        vertical_speed: Some(round(controls.vertical_speed, 1)),
        ground_speed: Some(round(controls.ground_speed, 1)),
        indicated_airspeed: Some(round(
            indicated_airspeed(controls.ground_speed, state.altitude),
            1,
        )),
        pitch: Some(round(controls.pitch, 1)),
        bank: Some(round(bank(state), 1)),
        g_force: Some(round(state.g_force, 3)),
        mach: Some(round(
            controls.ground_speed / speed_of_sound(state.altitude),
            3,
        )),
        plane_on_ground: Some(switches.is_on_ground),
        gear_control: Some(switches.is_gear_down),
        flaps_control: Some(f64::from(switches.flaps_index) * FLAPS_STEP),
        flaps_handle_index: Some(switches.flaps_index),
        light_strobe: Some(switches.has_strobes),
        light_landing: Some(switches.has_landing_lights),
        engines_count: Some(performance.engines),
        engine_1_on: on(1),
        engine_2_on: on(2),
        engine_3_on: on(3),
        engine_4_on: on(4),
        engine_1_n1: n1(1),
        engine_2_n1: n1(2),
        engine_3_n1: n1(3),
        engine_4_n1: n1(4),
        engine_1_n2: n2(1),
        engine_2_n2: n2(2),
        engine_3_n2: n2(3),
        engine_4_n2: n2(4),
        fuel_total_quantity_weight: Some(round(left, 1)),
        zero_weight_plus_payload: Some(performance.zero_fuel_weight),
        fuel_quantity: Some(round(left, 1)),
        fuel_used: Some(round(fuel.block - left, 1)),
        wind_direction: Some(round(weather.wind_direction, 0) % 360.0),
        wind_speed: Some(round(weather.wind_speed, 1)),
        pressure_qnh: Some(round(weather.qnh, 2)),
        pause_flag: Some(false),
        is_in_menu: Some(false),
        slew_mode: Some(false),
        simulation_rate: Some(1.0),
        is_xplane: Some(false),
        stall_warning: Some(false),
        overspeed_warning: Some(false),
        crashed: Some(is_crashed),
        ..FlightData::default()
    }
}

/// The bank in degrees of a coordinated turn.
fn bank(state: &AircraftState) -> f64 {
    if state.switches.is_on_ground {
        return 0.0;
    }
    // Knots and degrees per second over the acceleration of the earth.
    let ratio = state.controls.ground_speed * 0.514_444 * state.turn_rate.to_radians() / 9.806_65;
    libm::atan(ratio).to_degrees().clamp(-MAX_BANK, MAX_BANK)
}
