//! The HTTP client of plugins and of the shell's own server.

mod client;
mod connector;
mod in_process;

pub(crate) use self::client::{HttpClient, HttpError, ResponseBody};
pub(crate) use self::connector::Connector;
pub use self::in_process::{InProcessClient, RequestError};
