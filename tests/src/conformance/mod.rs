//! The conformance suite as data: the platform's contract in `tests/conformance`, a file for each subject.

mod json;
mod members;
mod row;
mod step;
mod subject;

pub use self::json::Json;
pub use self::members::MEMBERS;
pub use self::row::{HostColumn, Row, Source};
pub use self::step::{
    FlightCommand, Request, ResponseExpectation, ShellVersion, Start, StateName, Step,
};
pub use self::subject::{Subject, subject, subjects};
