//! A server that plays the platform.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Behaviour of the server on one connection.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Reads the whole request and sends these bytes.
    Answer(String),
    /// Sends these bytes after the head of the request, then reads on.
    AnswerEarly(String),
    /// Reads this many bytes, then closes the connection.
    CloseAfter(usize),
    /// Reads everything and never answers.
    Silence,
}

/// A request that came, as far as the server read it.
#[derive(Debug, Clone, Default)]
pub(super) struct Received {
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

/// The server. One connection follows each step; further connections are closed.
#[derive(Debug)]
pub(super) struct MockPlatform {
    pub(super) address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
}

impl MockPlatform {
    pub(super) fn start(steps: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self::with_listener(listener, steps)
    }

    pub(super) fn with_listener(listener: TcpListener, steps: Vec<Step>) -> Self {
        let address = listener.local_addr().expect("an address");
        let received = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&received);
        thread::spawn(move || {
            for step in steps {
                let (mut stream, _) = listener.accept().expect("a connection");
                stream
                    .set_read_timeout(Some(Duration::from_secs(60)))
                    .expect("a timeout is allowed");
                follow(&mut stream, &step, &record);
            }
        });
        Self { address, received }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.received.lock().expect("no panic").clone()
    }
}

fn follow(stream: &mut TcpStream, step: &Step, record: &Mutex<Vec<Received>>) {
    let (mut request, length) = read_head(stream);
    let remaining = length.saturating_sub(request.body.len());
    // Recorded before the answer, so that the test sees it when the program has ended.
    match step {
        Step::Answer(answer) => {
            read_body(stream, &mut request, remaining);
            record.lock().expect("no panic").push(request);
            let _ = stream.write_all(answer.as_bytes());
        }
        Step::AnswerEarly(answer) => {
            record.lock().expect("no panic").push(request.clone());
            let _ = stream.write_all(answer.as_bytes());
            let _ = stream.shutdown(Shutdown::Write);
            read_body(stream, &mut request, remaining);
        }
        Step::CloseAfter(bytes) => {
            read_body(stream, &mut request, remaining.min(*bytes));
            record.lock().expect("no panic").push(request);
        }
        Step::Silence => {
            read_body(stream, &mut request, remaining);
            record.lock().expect("no panic").push(request);
            let _ = stream.read(&mut [0]);
        }
    }
}

/// Reads up to the end of the headers. Returns the length of the body as well.
fn read_head(stream: &mut TcpStream) -> (Received, usize) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break bytes.len(),
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.parse().expect("a length"))
    });
    let body = bytes.get(end + 4..).unwrap_or_default().to_vec();
    (Received { head, body }, length.unwrap_or_default())
}

fn read_body(stream: &mut TcpStream, request: &mut Received, bytes: usize) {
    let _ = stream.take(bytes as u64).read_to_end(&mut request.body);
}

/// The bytes of an answer.
pub(super) fn answer(status: &str, headers: &[&str], body: &str) -> String {
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    )
}
