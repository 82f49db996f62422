//! Reloads under constant load.
//!
//! `STRATOS_RELOADS=200 cargo test -p stratos-tests --test stress reload_load -- --nocapture` is the long run.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use stratos_tests::{
    KeepAliveClient, LiveProcesses, Plugins, RunOptions, ShellProcess, campaign, exclusive,
};

use crate::SAMPLE;

const CONNECTIONS: usize = 8;
/// Response time that an idle machine does not exceed; slower requests are counted.
const SLOW: Duration = Duration::from_secs(1);
/// Limit of the response time, with a reserve for busy machines. At a load of 20 on two cores, the maximum was 2 s.
const TOO_SLOW: Duration = Duration::from_secs(10);

#[test]
fn no_request_fails_during_reloads() {
    let reloads: u64 = campaign("STRATOS_RELOADS", 6);
    let _lock = exclusive();
    // A plugin with `on_resume`, and one that is restarted.
    for id in ["resumes", "sample"] {
        let plugins = Plugins::new(SAMPLE, &[]);
        let sources = plugins.add_sources(SAMPLE, id);
        let watch = LiveProcesses::new();
        let options = RunOptions {
            watch: true,
            env: vec![watch.env()],
            ..RunOptions::default()
        };
        let mut shell = ShellProcess::start_with(&sources.folder, options);
        let over = Arc::<AtomicBool>::default();
        let load: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                send_requests(
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
        let results: Vec<ConnectionResults> =
            load.into_iter().map(|task| task.join().unwrap()).collect();
        let sum = |count: fn(&ConnectionResults) -> u64| results.iter().map(count).sum::<u64>();
        let (answers, failed) = (
            sum(|results| results.answers),
            sum(|results| results.failed),
        );
        let slow = sum(|results| results.slow);
        let slowest = results.iter().map(|results| results.slowest).max().unwrap();
        println!(
            "{id}: {reloads} reloads, {answers} answers on {CONNECTIONS} connections, {failed} failed, \
             {slow} slower than {SLOW:?}, the slowest took {slowest:?}"
        );
        assert_eq!(failed, 0);
        assert!(slowest < TOO_SLOW, "{slowest:?}");
        assert!(
            answers > reloads * CONNECTIONS as u64,
            "there were requests: {answers}"
        );
        let last = format!("version {}", reloads - 1);
        assert_eq!(shell.get(&format!("/api/{id}/version")).body, last);
        assert!(
            watch.wait_for(1, Duration::from_secs(20)),
            "one generation is left: {:?}",
            watch.alive()
        );
    }
}

/// Results of one connection.
#[derive(Default)]
struct ConnectionResults {
    answers: u64,
    failed: u64,
    slow: u64,
    slowest: Duration,
}

/// Sends requests on one keep-alive connection.
fn send_requests(
    address: SocketAddr,
    path: String,
    over: Arc<AtomicBool>,
) -> JoinHandle<ConnectionResults> {
    thread::spawn(move || {
        let mut results = ConnectionResults::default();
        let mut connection = KeepAliveClient::connect(address).unwrap();
        while !over.load(Ordering::SeqCst) {
            let begin = Instant::now();
            let answer = connection.get(&path);
            let took = begin.elapsed();
            results.slow += u64::from(took > SLOW);
            results.slowest = results.slowest.max(took);
            match answer {
                Ok((200, _)) => results.answers += 1,
                other => {
                    println!("failed: {other:?}");
                    results.failed += 1;
                    connection = KeepAliveClient::connect(address).unwrap();
                }
            }
        }
        results
    })
}
