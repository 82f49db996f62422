//! The track over the ground: arcs of great circles, with turns where they meet.

use crate::great_circle::{Arc, Position, degrees_of_circle, turn};

/// Distance before and behind a corner on which the heading turns, in nautical miles: in the air, and on the ground.
const AIR_TURN: f64 = 1.2;
const GROUND_TURN: f64 = 0.02;
/// Arcs that are shorter than this are on the ground, in nautical miles.
const GROUND_ARC: f64 = 3.0;

/// A track over the ground.
#[derive(Debug, Clone)]
pub(super) struct Path {
    start: Position,
    pieces: Vec<Piece>,
    /// Progress from departure to arrival at the start of the path, from 0 to 1.
    pub(super) start_progress: f64,
}

#[derive(Debug, Clone)]
struct Piece {
    arc: Arc,
    /// Distance from the start of the path to that of the arc, in nautical miles.
    offset: f64,
    /// The aircraft is pushed backwards.
    is_reverse: bool,
}

/// A point of a path.
#[derive(Debug, Clone, Copy)]
pub(super) struct PathPoint {
    pub(super) position: Position,
    /// Heading in degrees.
    pub(super) heading: f64,
    /// Turn in degrees per nautical mile, right positive.
    pub(super) turn_rate: f64,
}

impl Path {
    pub(super) fn new(start: Position, start_progress: f64) -> Self {
        Self {
            start,
            pieces: Vec::new(),
            start_progress,
        }
    }

    /// Length in nautical miles.
    pub(super) fn length(&self) -> f64 {
        let last = self.pieces.last();
        last.map_or(0.0, |piece| piece.offset + piece.arc.length)
    }

    pub(super) fn end(&self) -> Position {
        let last = self.pieces.last();
        last.map_or(self.start, |piece| piece.arc.at(piece.arc.length).0)
    }

    pub(super) fn extend_to(&mut self, position: Position) {
        let arc = Arc::between(self.end(), position);
        self.push(arc, false);
    }

    /// Goes on for a distance in nautical miles, on a course in degrees.
    pub(super) fn extend_by(&mut self, course: f64, distance: f64) {
        let arc = Arc::towards(self.end(), course, distance);
        self.push(arc, false);
    }

    /// Goes backwards for a distance in nautical miles, with a heading in degrees.
    pub(super) fn extend_backwards(&mut self, heading: f64, distance: f64) {
        let arc = Arc::towards(self.end(), heading + 180.0, distance);
        self.push(arc, true);
    }

    fn push(&mut self, arc: Arc, is_reverse: bool) {
        let offset = self.length();
        self.pieces.push(Piece {
            arc,
            offset,
            is_reverse,
        });
    }

    /// The point at a distance from the start in nautical miles.
    pub(super) fn at(&self, distance: f64) -> PathPoint {
        let after = self
            .pieces
            .partition_point(|piece| piece.offset <= distance);
        let index = after.saturating_sub(1);
        let Some(piece) = self.pieces.get(index) else {
            return PathPoint {
                position: self.start,
                heading: 0.0,
                turn_rate: 0.0,
            };
        };
        let local = distance - piece.offset;
        let (position, heading) = piece.at(local);
        let straight = PathPoint {
            position,
            heading,
            turn_rate: 0.0,
        };
        let in_second_half = local > piece.arc.length / 2.0;
        let corner = match in_second_half {
            true => index + 1,
            false => index,
        };
        let Some((before, behind)) = corner
            .checked_sub(1)
            .and_then(|before| Some((&self.pieces[before], self.pieces.get(corner)?)))
        else {
            return straight;
        };
        let radius = turn_radius(before, behind);
        // From 0 where the turn begins to 1 where it ends.
        let share = (distance - behind.offset + radius) / (2.0 * radius);
        if radius <= 0.0 || !(0.0..1.0).contains(&share) {
            return straight;
        }
        let other = match in_second_half {
            true => behind.at(0.0).1,
            false => before.at(before.arc.length).1,
        };
        let (from, to) = match in_second_half {
            true => (heading, other),
            false => (other, heading),
        };
        let angle = turn(from, to);
        PathPoint {
            position,
            heading: degrees_of_circle(from + angle * share * share * (3.0 - 2.0 * share)),
            turn_rate: angle * 6.0 * share * (1.0 - share) / (2.0 * radius),
        }
    }
}

impl Piece {
    /// Position and heading at a distance from the start of the arc.
    fn at(&self, distance: f64) -> (Position, f64) {
        let (position, course) = self.arc.at(distance);
        match self.is_reverse {
            true => (position, degrees_of_circle(course + 180.0)),
            false => (position, course),
        }
    }
}

/// Distance on each side of a corner on which the heading turns.
fn turn_radius(before: &Piece, behind: &Piece) -> f64 {
    let shorter = before.arc.length.min(behind.arc.length);
    let radius = match shorter < GROUND_ARC {
        true => GROUND_TURN,
        false => AIR_TURN,
    };
    radius.min(shorter / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heading_turns_smoothly_at_a_corner() {
        let start = Position {
            latitude: 50.0,
            longitude: 8.0,
        };
        let mut path = Path::new(start, 0.0);
        path.extend_by(90.0, 10.0);
        path.extend_by(180.0, 10.0);
        assert!((path.length() - 20.0).abs() < 1e-12);
        let mut before = path.at(0.0).heading;
        for step in 1..=2000 {
            let point = path.at(f64::from(step) / 100.0);
            assert!((point.heading - before).abs() < 1.0, "{step}: {point:?}");
            before = point.heading;
        }
        assert!((before - 180.0).abs() < 0.01);
        assert!((path.at(10.0).heading - 135.0).abs() < 0.2);
        assert!(path.at(10.0).turn_rate > 30.0);
    }

    #[test]
    fn an_aircraft_that_is_pushed_keeps_its_heading() {
        let start = Position {
            latitude: 50.0,
            longitude: 8.0,
        };
        let mut path = Path::new(start, 0.0);
        path.extend_backwards(90.0, 0.04);
        assert!((path.at(0.01).heading - 90.0).abs() < 0.01);
        assert!(path.end().longitude < 8.0);
    }
}
