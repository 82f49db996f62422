//! Scenarios: a file that says what happens to the shell and its plugins, and when.
//!
//! [`Scenario::parse`] reads one, [`play`] plays it: step after step, on tokio's clock, until one does not hold. What
//! a scenario breaks is whole again at its end, however it ends.

mod act;
mod expect;
mod fields;
mod fit;
mod mistakes;
mod model;
mod parse;
mod player;
mod report;
mod stage;
mod stand_in;
mod time;
mod verbs;

pub use self::mistakes::{Mistake, ScenarioError};
pub use self::model::{
    Action, Address, Answer, Expected, Lifecycle, Scenario, Step, Upstream, When,
};
pub(crate) use self::player::play_in_turn;
pub use self::player::{Afterwards, Busy, play};
pub use self::report::ScenarioReport;
pub use self::verbs::{KEYS, Key, VERBS, Verb};
