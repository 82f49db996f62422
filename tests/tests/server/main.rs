//! Tests of the shell's HTTP server over raw sockets: request guard, proxy, limits, browsers, streams.
//!
//! `connection_limits.rs` is a short version of what these tools do to a plugin that runs in a shell:
//!
//! ```console
//! $ slowhttptest -H -c 10000 -r 2000 -i 1 -l 60 -u http://127.0.0.1:2066/api/my-plugin/status
//! $ slowhttptest -B -c 1000 -r 500 -i 1 -l 60 -u http://127.0.0.1:2066/api/my-plugin/status
//! $ STRATOS_SERVER_CONNECTIONS=10000 cargo test -p stratos-tests --test server connection_limits
//! ```

mod browser;
mod connection_limits;
mod differential;
mod ended_plugins;
mod error_bodies;
mod guard_rules;
mod http_protocol;
mod listen_address;
mod raw_http;
mod request_guard;
mod request_matrix;
mod response_headers;
mod route_prefixes;
mod streaming;
mod unavailable_plugins;

/// Path of the sample plugin's program.
const SAMPLE: &str = env!("CARGO_BIN_EXE_sample-plugin");
