//! An airline's API that answers with the tokens of the requests.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::json;

/// A server that refuses the first token and answers with all tokens that it was sent, in headers and bodies.
#[derive(Debug)]
pub struct TokenEcho {
    address: SocketAddr,
    tokens: Arc<Mutex<Vec<String>>>,
}

impl TokenEcho {
    /// Listens until the test program exits.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let tokens = Arc::default();
        let echo = Self {
            address,
            tokens: Arc::clone(&tokens),
        };
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(&stream.expect("a connection"), &tokens);
            }
        });
        echo
    }

    /// The base URL of the API.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The tokens of the requests so far.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        self.tokens.lock().expect("no panic").clone()
    }
}

fn answer(mut stream: &TcpStream, tokens: &Mutex<Vec<String>>) {
    let head = BufReader::new(stream).lines().map_while(Result::ok);
    let head: Vec<_> = head.take_while(|line| !line.is_empty()).collect();
    let token = head.iter().find_map(|line| {
        let (name, value) = line.split_once(": Bearer ")?;
        name.eq_ignore_ascii_case("authorization").then_some(value)
    });
    let mut tokens = tokens.lock().expect("no panic");
    tokens.push(token.expect("a token").to_owned());
    let is_refused = tokens.first() == tokens.last();
    let status = if is_refused {
        "401 Unauthorized"
    } else {
        "200 OK"
    };
    let headers = format!("x-tokens: {}\r\nconnection: close", tokens.join(" "));
    let (body, length) = (json!(*tokens), json!(*tokens).to_string().len());
    let answer = write!(
        stream,
        "HTTP/1.1 {status}\r\n{headers}\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    answer.expect("the shell reads it");
}
