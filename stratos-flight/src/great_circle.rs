//! Positions on a sphere, and great circles between them.
//!
//! The trigonometry is that of `libm`: the standard library's differs between systems in the last bits.

use std::f64::consts::PI;

/// Radius of the earth in nautical miles.
const EARTH_RADIUS: f64 = 3440.065;

/// A position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Position {
    /// Latitude in degrees, north positive.
    pub(crate) latitude: f64,
    /// Longitude in degrees from -180 to 180, east positive.
    pub(crate) longitude: f64,
}

/// A part of a great circle.
#[derive(Debug, Clone)]
pub(crate) struct Arc {
    /// Unit vector to the start.
    start: [f64; 3],
    /// Unit vector of the direction at the start.
    direction: [f64; 3],
    /// Length in nautical miles.
    pub(crate) length: f64,
}

impl Position {
    /// The position at a distance in nautical miles, on a course in degrees.
    pub(crate) fn destination(self, course: f64, distance: f64) -> Self {
        Arc::towards(self, course, distance).at(distance).0
    }

    /// Distance in nautical miles.
    pub(crate) fn distance(self, other: Self) -> f64 {
        Arc::between(self, other).length
    }

    fn vector(self) -> [f64; 3] {
        let (latitude, longitude) = (self.latitude.to_radians(), self.longitude.to_radians());
        let cos = libm::cos(latitude);
        [
            cos * libm::cos(longitude),
            cos * libm::sin(longitude),
            libm::sin(latitude),
        ]
    }
}

impl Arc {
    /// The shortest arc between two positions; northward for positions that are the same or opposite.
    pub(crate) fn between(from: Position, to: Position) -> Self {
        let (start, end) = (from.vector(), to.vector());
        let along = dot(start, end);
        let across = sum(end, scaled(start, -along));
        let height = dot(across, across).sqrt();
        let direction = match height > 1e-12 {
            true => scaled(across, 1.0 / height),
            false => compass(from).0,
        };
        Self {
            start,
            direction,
            length: libm::atan2(height, along) * EARTH_RADIUS,
        }
    }

    /// An arc from a position on a course in degrees, with a length in nautical miles.
    pub(crate) fn towards(from: Position, course: f64, length: f64) -> Self {
        let (north, east) = compass(from);
        let course = course.to_radians();
        let direction = sum(
            scaled(north, libm::cos(course)),
            scaled(east, libm::sin(course)),
        );
        Self {
            start: from.vector(),
            direction,
            length,
        }
    }

    /// Position and course in degrees from 0 to 360 at a distance in nautical miles from the start.
    pub(crate) fn at(&self, distance: f64) -> (Position, f64) {
        let angle = distance / EARTH_RADIUS;
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        let [x, y, z] = sum(scaled(self.start, cos), scaled(self.direction, sin));
        let position = Position {
            latitude: libm::atan2(z, (x * x + y * y).sqrt()).to_degrees(),
            longitude: libm::atan2(y, x).to_degrees(),
        };
        let forward = sum(scaled(self.start, -sin), scaled(self.direction, cos));
        let (north, east) = compass(position);
        let course = libm::atan2(dot(forward, east), dot(forward, north));
        (position, degrees_of_circle(course * 180.0 / PI))
    }
}

/// An angle in degrees as one from 0 to below 360.
pub(crate) fn degrees_of_circle(angle: f64) -> f64 {
    let angle = angle % 360.0;
    match angle < 0.0 {
        // A sum that rounds to 360 is 0.
        true => (angle + 360.0) % 360.0,
        false => angle,
    }
}

/// The turn in degrees from one course to another, from -180 (left) to 180 (right).
pub(crate) fn turn(from: f64, to: f64) -> f64 {
    let right = degrees_of_circle(to - from);
    match right > 180.0 {
        true => right - 360.0,
        false => right,
    }
}

/// Unit vectors to the north and to the east.
fn compass(position: Position) -> ([f64; 3], [f64; 3]) {
    let (latitude, longitude) = (
        position.latitude.to_radians(),
        position.longitude.to_radians(),
    );
    let (sin, cos) = (libm::sin(longitude), libm::cos(longitude));
    let tilt = libm::sin(latitude);
    (
        [-tilt * cos, -tilt * sin, libm::cos(latitude)],
        [-sin, cos, 0.0],
    )
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn sum(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

fn scaled(a: [f64; 3], factor: f64) -> [f64; 3] {
    a.map(|part| part * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRANKFURT: Position = Position {
        latitude: 50.0333,
        longitude: 8.5706,
    };
    const HERAKLION: Position = Position {
        latitude: 35.3397,
        longitude: 25.1803,
    };

    #[test]
    fn an_arc_leads_from_one_end_to_the_other() {
        let arc = Arc::between(FRANKFURT, HERAKLION);
        assert!((arc.length - 1142.0).abs() < 5.0, "{}", arc.length);
        let (start, course) = arc.at(0.0);
        let (end, _) = arc.at(arc.length);
        assert!((course - 135.0).abs() < 3.0, "{course}");
        for (found, expected) in [(start, FRANKFURT), (end, HERAKLION)] {
            assert!((found.latitude - expected.latitude).abs() < 1e-9);
            assert!((found.longitude - expected.longitude).abs() < 1e-9);
        }
    }

    #[test]
    fn a_destination_is_on_its_course() {
        let there = FRANKFURT.destination(90.0, 60.0);
        assert!((FRANKFURT.distance(there) - 60.0).abs() < 1e-9);
        assert!((Arc::between(FRANKFURT, there).at(0.0).1 - 90.0).abs() < 1e-9);
        assert!(Arc::between(FRANKFURT, FRANKFURT).at(0.0).1.is_finite());
    }

    #[test]
    fn turns_are_the_shorter_way() {
        assert_eq!((turn(350.0, 10.0), turn(10.0, 350.0)), (20.0, -20.0));
        assert_eq!((turn(0.0, 180.0), degrees_of_circle(-1e-30)), (180.0, 0.0));
    }
}
