//! HTTP connections: what the client and the server share.

mod stream;

pub(crate) use self::stream::HttpStream;
