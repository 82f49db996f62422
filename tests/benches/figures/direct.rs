//! The sample plugin's route in a plain axum server, to measure the cost of the proxy and the second process.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use stratos::axum::extract::Path;
use stratos::axum::routing::get;
use stratos::axum::{self, Router};

/// The argument that makes this program the server.
pub(crate) const SERVE: &str = "--serve-direct";

/// The process of the server.
pub(crate) struct DirectServer {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl DirectServer {
    pub(crate) fn start() -> Self {
        let this = std::env::current_exe().expect("a path");
        let mut child = Command::new(this)
            .arg(SERVE)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it is piped"))
            .read_line(&mut line)
            .expect("it prints its address");
        let address = line.trim().parse().expect("an address");
        Self { child, address }
    }
}

impl Drop for DirectServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until the process is killed.
pub(crate) fn serve() {
    let hello = get(async |Path(name): Path<String>| format!("hello {name}"));
    let router = Router::new().nest("/api/sample", Router::new().route("/hello/{name}", hello));
    tokio::runtime::Runtime::new()
        .expect("a runtime")
        .block_on(async {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
                .await
                .expect("a port");
            println!("{}", listener.local_addr().expect("an address"));
            axum::serve(listener, router).await.expect("it serves");
        });
}
