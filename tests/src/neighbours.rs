//! Healthy plugins under a constant stream of requests, while others misbehave.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use serde_json::json;
use stratos_host::PluginState;

use crate::control::ControlApi;
use crate::http::request;

/// An answer that comes later is counted as an error.
const LATE: Duration = Duration::from_secs(10);
/// How long a test waits before it fails.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two requests, to leave the machine to others.
const PAUSE: Duration = Duration::from_millis(3);

/// Sample plugins that must not notice anything.
#[derive(Debug)]
pub struct Neighbours {
    ended: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    streams: Vec<JoinHandle<Served>>,
}

/// What came of the requests.
#[derive(Debug, Default)]
pub struct Served {
    /// How many there were.
    pub requests: usize,
    /// Those that were not answered as they should be, or too late.
    pub errors: Vec<String>,
    /// The slowest of them.
    pub slowest: Duration,
}

impl Neighbours {
    /// Each of them is asked from the moment that it runs.
    #[must_use]
    pub fn of(control: &ControlApi, ids: &[&str]) -> Self {
        let ended = Arc::<AtomicBool>::default();
        let answered = Arc::<AtomicUsize>::default();
        let streams = ids.iter().map(|id| {
            let (ended, answered) = (Arc::clone(&ended), Arc::clone(&answered));
            let (control, id) = (control.clone(), (*id).to_owned());
            spawn(move || stream(&control, &id, &ended, &answered))
        });
        let streams = streams.collect();
        Self {
            ended,
            answered,
            streams,
        }
    }

    /// Waits until they have been asked so often.
    pub fn wait_for(&self, requests: usize) {
        let deadline = Instant::now() + PATIENCE;
        while self.answered.load(Ordering::Relaxed) < requests {
            assert!(Instant::now() < deadline, "the neighbours do not answer");
            sleep(PAUSE);
        }
    }

    /// Stops asking.
    #[must_use]
    pub fn finish(mut self) -> Served {
        self.ended.store(true, Ordering::Relaxed);
        let mut all = Served::default();
        for stream in self.streams.drain(..) {
            let served = stream.join().expect("the shell takes connections");
            all.requests += served.requests;
            all.errors.extend(served.errors);
            all.slowest = all.slowest.max(served.slowest);
        }
        all
    }
}

impl Drop for Neighbours {
    /// A test that failed does not go on asking a shell that ends.
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        for stream in self.streams.drain(..) {
            // It has failed, too: nothing more to say.
            let _ = stream.join();
        }
    }
}

fn stream(control: &ControlApi, id: &str, ended: &AtomicBool, answered: &AtomicUsize) -> Served {
    while control.plugin(id).state != PluginState::Running && !ended.load(Ordering::Relaxed) {
        sleep(PAUSE);
    }
    let mut served = Served::default();
    while !ended.load(Ordering::Relaxed) {
        let number = served.requests;
        let begin = Instant::now();
        let (answer, expected) = match number % 16 {
            0 => (
                control.invoke(id, "echo", &json!(number)),
                number.to_string(),
            ),
            1 => {
                let (path, body) = (format!("/api/{id}/echo"), "x".repeat(10_000));
                (request(control.address, "POST", &path, &[], &body), body)
            }
            _ => {
                let path = format!("/api/{id}/hello/{number}");
                let answer = request(control.address, "GET", &path, &[], "");
                (answer, format!("hello {number}"))
            }
        };
        let time = begin.elapsed();
        if answer.status != 200 || !answer.body.contains(&expected) || time > LATE {
            let said: String = answer.body.chars().take(200).collect();
            let error = format!(
                "{id}, request {number}: {} {said} ({time:?})",
                answer.status
            );
            served.errors.push(error);
        }
        served.requests += 1;
        answered.fetch_add(1, Ordering::Relaxed);
        served.slowest = served.slowest.max(time);
        sleep(PAUSE);
    }
    served
}
