//! The HTTP client, and the byte stream that it shares with the server.

mod client;
mod in_process;
mod stream;

pub(crate) use self::client::{Connector, HttpClient, pooled_client, unpooled_client};
pub use self::in_process::{InProcessClient, RequestError};
pub(crate) use self::stream::HttpStream;
