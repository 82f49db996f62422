//! The standard atmosphere (ISA): true airspeed and Mach number by altitude.

/// Altitude of the tropopause in feet.
const TROPOPAUSE: f64 = 36_089.0;

/// True airspeed in knots for an indicated airspeed in knots at an altitude in feet.
pub(crate) fn true_airspeed(indicated: f64, altitude: f64) -> f64 {
    indicated / density_ratio(altitude).sqrt()
}

/// Indicated airspeed in knots for a true airspeed in knots at an altitude in feet.
pub(crate) fn indicated_airspeed(true_airspeed: f64, altitude: f64) -> f64 {
    true_airspeed * density_ratio(altitude).sqrt()
}

/// Speed of sound in knots at an altitude in feet.
pub(crate) fn speed_of_sound(altitude: f64) -> f64 {
    661.47 * temperature_ratio(altitude).sqrt()
}

fn temperature_ratio(altitude: f64) -> f64 {
    1.0 - 6.8756e-6 * altitude.min(TROPOPAUSE)
}

fn density_ratio(altitude: f64) -> f64 {
    let below = libm::pow(temperature_ratio(altitude), 4.2559);
    let above = (altitude - TROPOPAUSE).max(0.0);
    below * libm::exp(-above / 20_806.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_those_of_the_standard_atmosphere() {
        assert_eq!(indicated_airspeed(140.0, 0.0), 140.0);
        assert!((true_airspeed(250.0, 10_000.0) - 290.9).abs() < 0.5);
        assert!((speed_of_sound(37_000.0) - 573.6).abs() < 0.5);
        assert!((indicated_airspeed(450.0, 41_000.0) - 218.0).abs() < 1.0);
    }
}
