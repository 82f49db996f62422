//! A plugin that speaks the protocol without the SDK, and breaks it in the one way that its id names.
//!
//! It lives for two minutes at most, so that no mistake of a test leaves it behind for ever.

mod calls;
mod ending;
mod faults;
mod frames;
mod greeting;
mod hooks;
mod marks;
mod output;
mod web;
mod wire;

pub use self::faults::hostile;
pub use self::marks::{MARKS, marks};
