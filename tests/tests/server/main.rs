//! Tests of the shell's HTTP server over raw sockets: request guard, proxy, limits, browsers, streams.
//!
//! `load.rs` is a short version of what these tools do to a plugin that runs in a shell:
//!
//! ```console
//! $ slowhttptest -H -c 10000 -r 2000 -i 1 -l 60 -u http://127.0.0.1:2066/api/my-plugin/status
//! $ slowhttptest -B -c 1000 -r 500 -i 1 -l 60 -u http://127.0.0.1:2066/api/my-plugin/status
//! $ STRATOS_SERVER_CONNECTIONS=10000 cargo test -p stratos-tests --test server load
//! ```

mod answers;
mod binding;
mod browser;
mod differential;
mod http_protocol;
mod load;
mod prefixes;
mod raw;
mod request_guard;
mod rule;
mod streaming;
mod table;

/// Path of the sample plugin's program.
const SAMPLE: &str = env!("CARGO_BIN_EXE_sample-plugin");
