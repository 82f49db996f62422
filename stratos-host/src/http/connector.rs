//! Connections to an HTTP server: over TCP, over a plugin's local socket, or in memory.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use stratos_transport::BoxedStream;
use stratos_transport::listener::StreamConnector;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Timeout for a plugin to accept a connection. A plugin that takes longer has blocked its runtime.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens connections to one server, whatever the host in a request is.
#[derive(Debug, Clone)]
pub(crate) enum Connector {
    /// Over TCP.
    Tcp(SocketAddr),
    /// Over TCP, to the first address of a host that accepts the connection.
    Host {
        /// Name or address of the host.
        host: String,
        /// Port of the host.
        port: u16,
    },
    /// Over a local socket or in memory.
    Stream(StreamConnector),
}

impl Connector {
    pub(crate) async fn connect(&self) -> io::Result<BoxedStream> {
        match self {
            Self::Tcp(address) => Ok(Box::new(TcpStream::connect(address).await?)),
            Self::Host { host, port } => {
                let connected =
                    timeout(CONNECT_TIMEOUT, TcpStream::connect((&**host, *port))).await;
                let timed_out = |_| io::Error::from(io::ErrorKind::TimedOut);
                Ok(Box::new(connected.map_err(timed_out)??))
            }
            Self::Stream(connector) => {
                let connected = timeout(CONNECT_TIMEOUT, connector.connect()).await;
                connected.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
            }
        }
    }
}
