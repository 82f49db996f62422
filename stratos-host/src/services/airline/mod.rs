//! The airline service: the bound airline, and requests to its API with the pilot's token.

mod fault;
mod http_transport;
mod login;
mod mock_airline;
mod routes;
mod service;
mod transport;

pub use self::fault::AirlineFault;
pub(crate) use self::service::AirlineService;
pub use self::transport::{AirlineRequest, AirlineResponse, AirlineTransport};
