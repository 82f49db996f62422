//! Reloads under constant load: no request fails.
//!
//! `STRATOS_RELOADS=200 cargo test -p stratos-tests --test reload_load -- --nocapture` is the long run.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use stratos_tests::{KeepAlive, Options, Plugins, Running, Watch};

const SAMPLE: &str = env!("CARGO_BIN_EXE_sample-plugin");
const CONNECTIONS: usize = 8;

#[test]
fn no_request_fails_while_versions_come_and_go() {
    #[expect(clippy::disallowed_methods, reason = "tests have no context to ask")]
    let reloads = std::env::var("STRATOS_RELOADS").map_or(20, |n| n.parse().expect("a number"));
    // One that resumes, and one that stops and starts.
    for id in ["resumes", "sample"] {
        let plugins = Plugins::new(SAMPLE, &[]);
        let sources = plugins.add_sources(SAMPLE, id);
        let watch = Watch::new();
        let options = Options {
            watch: true,
            env: vec![watch.env()],
            ..Options::default()
        };
        let mut shell = Running::start_with(&sources.folder, options);
        let over = Arc::<AtomicBool>::default();
        let load: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                ask(
                    shell.address,
                    format!("/api/{id}/version"),
                    Arc::clone(&over),
                )
            })
            .collect();
        for round in 0..reloads {
            sources.version(&format!("version {round}"));
            let reload = shell.wait_for_reload(id);
            assert_eq!(reload["generation"], round + 2);
        }
        over.store(true, Ordering::SeqCst);
        let asked: Vec<_> = load.into_iter().map(|task| task.join().unwrap()).collect();
        let (answers, failed) = asked
            .iter()
            .fold((0, 0), |sum, each| (sum.0 + each.0, sum.1 + each.1));
        println!(
            "{id}: {reloads} reloads, {answers} answers on {CONNECTIONS} connections, {failed} failed"
        );
        assert_eq!(failed, 0);
        assert!(
            answers > reloads * CONNECTIONS as u64,
            "there was load: {answers}"
        );
        let last = format!("version {}", reloads - 1);
        assert_eq!(shell.get(&format!("/api/{id}/version")).body, last);
        assert!(
            watch.wait_for(1, Duration::from_secs(5)),
            "one generation is left: {:?}",
            watch.alive()
        );
    }
}

/// Asks on one connection that is kept, and counts answers and failures.
fn ask(address: SocketAddr, path: String, over: Arc<AtomicBool>) -> JoinHandle<(u64, u64)> {
    thread::spawn(move || {
        let (mut answers, mut failed) = (0, 0);
        let mut connection = KeepAlive::connect(address).unwrap();
        while !over.load(Ordering::SeqCst) {
            match connection.get(&path) {
                Ok((200, _)) => answers += 1,
                other => {
                    println!("failed: {other:?}");
                    failed += 1;
                    connection = KeepAlive::connect(address).unwrap();
                }
            }
        }
        (answers, failed)
    })
}
