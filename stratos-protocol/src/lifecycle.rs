//! Start, stop and update of a plugin.

use serde::{Deserialize, Serialize};

use crate::auth::AuthState;
use crate::method::Request;

/// `start`, from the host: run `on_start` (V1), once, after auth is initialised.
///
/// Answered when `on_start` has returned. An error marks the plugin as errored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The auth state at this moment.
    pub auth: AuthState,
}

/// `resume`, from the host, instead of [`Start`]: run `on_resume` (V1) beside the generation that
/// is being replaced.
///
/// Only sent to a plugin with the feature [`RESUME`](crate::hello::RESUME).
/// Answered when `on_resume` has returned. After an error the old generation stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// The auth state at this moment.
    pub auth: AuthState,
}

/// `stop`, from the host: run `on_stop` (V1), then end.
///
/// Answered when `on_stop` has returned. The host then closes the connection, and the process ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {}

/// `retire`, from the host: a newer generation serves now, so finish the requests in flight and
/// end, without `on_stop`.
///
/// Answered when nothing is in flight any more. The host then closes the connection, and the
/// process ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retire {}

/// The answer where there is nothing to say but that it worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Done {}

impl Request for Start {
    const METHOD: &'static str = "start";
    type Answer = Done;
}

impl Request for Resume {
    const METHOD: &'static str = "resume";
    type Answer = Done;
}

impl Request for Stop {
    const METHOD: &'static str = "stop";
    type Answer = Done;
}

impl Request for Retire {
    const METHOD: &'static str = "retire";
    type Answer = Done;
}
