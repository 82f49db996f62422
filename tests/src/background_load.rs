//! A constant stream of requests to healthy plugins, to detect effects of other plugins on them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use serde_json::json;
use stratos_host::PluginState;

use crate::control::ControlApi;
use crate::http::request;

/// Responses that take longer count as errors.
const LATE: Duration = Duration::from_secs(10);
/// Time after which a wait fails the test.
const PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two requests of a thread.
const PAUSE: Duration = Duration::from_millis(3);

/// Threads that send requests to sample plugins, one thread for each plugin.
#[derive(Debug)]
pub struct BackgroundLoad {
    ended: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    streams: Vec<JoinHandle<LoadReport>>,
}

/// Results of all requests.
#[derive(Debug, Default)]
pub struct LoadReport {
    /// Number of requests.
    pub requests: usize,
    /// Requests with a wrong, failed or late response.
    pub errors: Vec<String>,
    /// Longest response time.
    pub slowest: Duration,
}

impl BackgroundLoad {
    /// Starts the threads. Each sends its first request once its plugin runs.
    #[must_use]
    pub fn start(control: &ControlApi, ids: &[&str]) -> Self {
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

    /// Waits until this many requests of all threads are completed.
    pub fn wait_for_requests(&self, requests: usize) {
        let deadline = Instant::now() + PATIENCE;
        while self.answered.load(Ordering::Relaxed) < requests {
            assert!(Instant::now() < deadline, "the plugins do not respond");
            sleep(PAUSE);
        }
    }

    /// Stops the threads and returns the sum of their results.
    #[must_use]
    pub fn finish(mut self) -> LoadReport {
        self.ended.store(true, Ordering::Relaxed);
        let mut all = LoadReport::default();
        for stream in self.streams.drain(..) {
            let served = stream.join().expect("the shell accepts connections");
            all.requests += served.requests;
            all.errors.extend(served.errors);
            all.slowest = all.slowest.max(served.slowest);
        }
        all
    }
}

impl Drop for BackgroundLoad {
    /// Stops the threads of a test that failed.
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        for stream in self.streams.drain(..) {
            // The panic of a thread has been printed already.
            let _ = stream.join();
        }
    }
}

fn stream(
    control: &ControlApi,
    id: &str,
    ended: &AtomicBool,
    answered: &AtomicUsize,
) -> LoadReport {
    while control.plugin(id).state != PluginState::Running && !ended.load(Ordering::Relaxed) {
        sleep(PAUSE);
    }
    let mut served = LoadReport::default();
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
