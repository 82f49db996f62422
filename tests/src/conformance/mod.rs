//! The conformance suite as data: the platform's contract in `tests/conformance`, a file for each subject.

mod json;
mod row;
mod step;
mod subject;

pub use self::json::Json;
pub use self::row::{HostColumn, NotYet, Row, Source};
pub use self::step::{Request, ResponseExpectation, ShellVersion, Start, StateName, Step};
pub use self::subject::{Subject, subject, subjects};
