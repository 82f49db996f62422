//! Injected faults of the airline.

use crate::services::airline::AirlineResponse;

/// A fault that a test or a scenario injects: no request reaches the airline then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AirlineFault {
    /// The airline's server does not answer.
    Down,
    /// The airline answers each request with this status, without a body.
    Status(u16),
}

impl AirlineFault {
    /// The outcome of a request.
    pub(super) fn outcome(self) -> Result<AirlineResponse, String> {
        match self {
            Self::Down => Err("does not accept connections (injected fault)".to_owned()),
            Self::Status(status) => Ok(AirlineResponse {
                status,
                body: Vec::new(),
            }),
        }
    }
}
