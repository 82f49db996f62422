//! An HTTP server that mocks the airline's API or the flight planner.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A mock server with one response for all requests, which tests can change.
#[derive(Debug)]
pub(crate) struct MockServer {
    address: SocketAddr,
    answer: Arc<Mutex<MockResponse>>,
    asked: Receiver<ReceivedRequest>,
}

/// A request that the server received.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ReceivedRequest {
    /// The path with the query.
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
}

#[derive(Debug, Clone)]
struct MockResponse {
    status: u16,
    body: String,
    /// The value of `Content-Length`, which may exceed the body.
    length: usize,
}

impl MockServer {
    /// Starts a server that responds with status 200.
    pub(crate) fn start(body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let answer = Arc::new(Mutex::new(MockResponse {
            status: 200,
            body: body.to_owned(),
            length: body.len(),
        }));
        let (sender, asked) = channel();
        let current = Arc::clone(&answer);
        // The thread ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                serve(&stream.expect("a connection"), &current, &sender);
            }
        });
        Self {
            address,
            answer,
            asked,
        }
    }

    /// The URL of a path on this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Changes the response.
    pub(crate) fn answer(&self, status: u16, body: &str) {
        *self.answer.lock().expect("no thread panicked") = MockResponse {
            status,
            body: body.to_owned(),
            length: body.len(),
        };
    }

    /// Closes the connection in the middle of every response from now on.
    pub(crate) fn break_responses(&self) {
        self.answer.lock().expect("no thread panicked").length += 1;
    }

    /// Waits for the next request.
    pub(crate) fn next_request(&self) -> ReceivedRequest {
        let patience = Duration::from_secs(60);
        self.asked.recv_timeout(patience).expect("a request comes")
    }

    /// The requests that have not been returned yet.
    pub(crate) fn received_requests(&self) -> Vec<ReceivedRequest> {
        self.asked.try_iter().collect()
    }

    /// Whether no request arrives for this time.
    pub(crate) fn is_idle_for(&self, time: Duration) -> bool {
        self.asked.recv_timeout(time).is_err()
    }
}

fn serve(mut stream: &TcpStream, answer: &Mutex<MockResponse>, sender: &Sender<ReceivedRequest>) {
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let Some(path) = head.first().and_then(|line| line.split(' ').nth(1)) else {
        return;
    };
    let authorization = head.iter().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("authorization")
            .then(|| value.to_owned())
    });
    let asked = ReceivedRequest {
        path: path.to_owned(),
        authorization,
    };
    // The test may be over.
    let _ = sender.send(asked);
    let MockResponse {
        status,
        body,
        length,
    } = answer.lock().expect("no thread panicked").clone();
    let reply = format!(
        "HTTP/1.1 {status} -\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    // The client may have closed the connection.
    let _ = stream.write_all(reply.as_bytes());
}
