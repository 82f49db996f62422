//! An HTTP client that reads responses piece by piece.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// Timeout of every operation.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection to the shell.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        Self {
            stream: BufReader::new(stream),
            address,
        }
    }

    /// Sends a request head with these header lines.
    pub(crate) async fn ask(&mut self, method: &str, path: &str, headers: &[&str]) {
        let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        let head = format!(
            "{method} /api/streaming{path} HTTP/1.1\r\nHost: {}\r\n{lines}\r\n",
            self.address
        );
        self.send(head.as_bytes()).await;
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).await.unwrap();
    }

    pub(crate) async fn send_chunk(&mut self, text: &str) {
        let chunk = format!("{:x}\r\n{text}\r\n", text.len());
        self.send(chunk.as_bytes()).await;
    }

    /// Reads a response head, in lower case.
    pub(crate) async fn head(&mut self) -> String {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let line = within(self.stream.read_line(&mut head)).await.unwrap();
            assert!(line > 0, "the head ends early: {head}");
        }
        head.to_lowercase()
    }

    /// Reads the next chunk of a body; the last one is empty.
    pub(crate) async fn chunk(&mut self) -> io::Result<Vec<u8>> {
        let mut line = String::new();
        within(self.stream.read_line(&mut line)).await?;
        let size = usize::from_str_radix(line.trim(), 16);
        let size = size.map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        if size == 0 {
            return Ok(Vec::new());
        }
        let chunk = self.bytes(size).await?;
        self.bytes(2).await?;
        Ok(chunk)
    }

    pub(crate) async fn bytes(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        within(self.stream.read_exact(&mut bytes)).await?;
        Ok(bytes)
    }

    /// Reads until the shell closes the connection.
    pub(crate) async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        // A reset counts as the end.
        let _ = within(self.stream.read_to_end(&mut rest)).await;
        String::from_utf8_lossy(&rest).into_owned()
    }
}

pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(PATIENCE, work).await;
    done.expect("it takes too long")
}

/// The plugin's report about its streams.
pub(crate) async fn about(address: SocketAddr, what: &str) -> String {
    whole(address, "GET", &format!("/about/{what}")).await
}

/// Sends a GET request and returns the body.
pub(crate) async fn whole(address: SocketAddr, method: &str, path: &str) -> String {
    let mut client = Client::connect(address).await;
    let headers = ["Connection: close", "Content-Length: 0"];
    client.ask(method, path, &headers).await;
    let head = client.head().await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    client.rest().await
}

/// Waits until the plugin reports a value.
pub(crate) async fn wait_until(address: SocketAddr, what: &str, wanted: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let said = about(address, what).await;
        if said == wanted {
            return;
        }
        assert!(Instant::now() < deadline, "{what} is {said}, not {wanted}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
