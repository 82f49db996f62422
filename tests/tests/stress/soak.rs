//! Twenty plugins under a mixed load, which are killed one after the other, while the shell's resources must be stable.
//!
//! A few seconds by default; `STRATOS_SOAK_MINUTES=30 cargo test -p stratos-tests --test stress soak -- --nocapture` is
//! the long run, and prints figures every minute.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use stratos_host::PluginState;
use stratos_host::remote::PluginInfo;
use stratos_tests::{
    ControlApi, Plugins, RunOptions, ShellProcess, campaign, exclusive, process_status, report,
    request, wait_until,
};

use crate::SAMPLE;

const PLUGINS: usize = 20;
const CLIENTS: u64 = 4;
const SMOKE: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(60);
/// Minimum of requests per second, a quarter of what a busy machine achieves.
const REQUESTS: u64 = 20;
/// Limit of the growth of the shell's memory from the warm state to the end, for any duration.
const GROWTH_KIB: usize = 16 * 1024;
/// Idle time after which tokio's blocking threads have exited; their keep-alive is 10 seconds.
const QUIET: Duration = Duration::from_secs(11);

#[test]
fn resources_are_stable_while_plugins_are_killed_under_load() {
    let (time, between_kills) = duration();
    let planned = u32::try_from(time.as_secs() / between_kills.as_secs()).unwrap();
    let enough = (planned, time.as_secs() * REQUESTS);
    let ids: Vec<String> = (1..=PLUGINS).map(|n| format!("sample-{n}")).collect();
    let names: Vec<&str> = ids.iter().map(String::as_str).collect();
    let plugins = Plugins::new(SAMPLE, &names);
    let options = RunOptions {
        args: vec!["--supervise".to_owned()],
        ..RunOptions::default()
    };
    let mut shell = ShellProcess::start_with(plugins.root(), options);
    let soak = Soak::new(&shell, ids);
    let before = soak.idle_usage();
    let lock = exclusive();
    let (kills, warm, last) = scope(|scope| {
        for client in 0..CLIENTS {
            let soak = &soak;
            scope.spawn(move || soak.send_requests(client + 1));
        }
        let done = soak.kill_for(time, between_kills, enough, &mut shell);
        soak.ended.store(true, Ordering::Relaxed);
        done
    });
    soak.wait_for_all();
    drop(lock);
    // All plugins restart, so that no connection of the load is open.
    for id in &soak.ids {
        assert_eq!(soak.control.command(id, "stop").status, 200, "{id}");
        assert_eq!(soak.control.command(id, "start").status, 200, "{id}");
    }
    let after = soak.idle_usage();
    let requests = soak.requests.load(Ordering::Relaxed);
    let excused = soak.excused.load(Ordering::Relaxed);
    let errors = soak.errors.lock().unwrap();
    println!(
        "{time:?}: {kills} kills, {requests} requests, {excused} failed at a plugin that was being killed, {} errors",
        errors.len()
    );
    println!("before {before:?}, warm {warm:?}, last {last:?}, after {after:?}");
    assert!(errors.is_empty(), "{errors:#?}");
    assert!(
        kills >= enough.0 && requests >= enough.1,
        "{kills} kills and {requests} requests, instead of {enough:?}"
    );
    assert!(!shell.stderr().contains("panicked"), "{}", shell.stderr());
    if let (Some(before), Some(warm), Some(after)) = (before, warm, after) {
        assert_eq!(
            (after.descriptors, after.threads),
            (before.descriptors, before.threads)
        );
        assert!(
            after.rss_kib < warm.rss_kib + GROWTH_KIB,
            "{warm:?} to {after:?}"
        );
    } else {
        report("skipped: descriptors, threads and memory are read from /proc");
    }
}

/// The duration of the run, and the time between two kills.
fn duration() -> (Duration, Duration) {
    match campaign("STRATOS_SOAK_MINUTES", 0) {
        0 => (SMOKE, Duration::from_secs(1)),
        // Plugins that ran for a minute are restarted without backoff, and do not reach the limit of restarts.
        minutes => (Duration::from_secs(60 * minutes), Duration::from_secs(4)),
    }
}

struct Soak {
    control: ControlApi,
    pid: u32,
    ids: Vec<String>,
    killed: Mutex<BTreeMap<String, KillState>>,
    ended: AtomicBool,
    requests: AtomicU64,
    /// Number of requests that failed while their plugin was killed.
    excused: AtomicU64,
    errors: Mutex<Vec<String>>,
}

/// The kills of a plugin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct KillState {
    times: u32,
    /// Whether the plugin has not been restarted since the last kill.
    is_down: bool,
    generation: u64,
}

/// Resources of the shell's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ResourceUsage {
    rss_kib: usize,
    descriptors: usize,
    threads: usize,
}

impl Soak {
    fn new(shell: &ShellProcess, ids: Vec<String>) -> Self {
        Self {
            control: shell.control(),
            pid: shell.pid(),
            ids,
            killed: Mutex::default(),
            ended: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            excused: AtomicU64::new(0),
            errors: Mutex::default(),
        }
    }

    /// Sends pseudo-random requests until the end, determined by the seed.
    fn send_requests(&self, seed: u64) {
        let mut chance = seed;
        while !self.ended.load(Ordering::Relaxed) {
            chance = chance
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let random = usize::try_from(chance >> 33).expect("it has 31 bits");
            let id = &self.ids[random % PLUGINS];
            let before = self.kill_state(id);
            let (status, expected) = self.send_request(random / PLUGINS, id);
            if status != expected {
                let after = self.kill_state(id);
                if before.is_down || after.is_down || before.times != after.times {
                    self.excused.fetch_add(1, Ordering::Relaxed);
                } else {
                    let error = format!("{id}: {status} instead of {expected}");
                    self.errors.lock().unwrap().push(error);
                }
            }
            self.requests.fetch_add(1, Ordering::Relaxed);
            sleep(Duration::from_millis(4));
        }
    }

    fn send_request(&self, kind: usize, id: &str) -> (u16, u16) {
        let api = &self.control;
        let invoke = |channel, payload| api.invoke(id, channel, &payload).status;
        match kind % 10 {
            0 => (invoke("echo", json!({ "a": [1, 2, 3] })), 200),
            1 => (invoke("count", json!("soak")), 200),
            2 => (invoke("push", json!("news")), 200),
            3 => (invoke("fail", json!(null)), 502),
            4 => (invoke("log", json!("info")), 200),
            5 => {
                let (path, body) = (format!("/api/{id}/echo"), "x".repeat(50_000));
                (request(api.address, "POST", &path, &[], &body).status, 200)
            }
            6 => {
                let path = format!("/api/{id}/slow");
                (request(api.address, "GET", &path, &[], "").status, 200)
            }
            _ => {
                let path = format!("/api/{id}/hello/x");
                (request(api.address, "GET", &path, &[], "").status, 200)
            }
        }
    }

    fn kill_state(&self, id: &str) -> KillState {
        let killed = self.killed.lock().unwrap_or_else(PoisonError::into_inner);
        killed.get(id).copied().unwrap_or_default()
    }

    /// Kills one plugin after the other, and prints the shell's resources every minute.
    ///
    /// Continues after `time` on a slow machine, until there were enough kills and requests.
    fn kill_for(
        &self,
        time: Duration,
        between: Duration,
        enough: (u32, u64),
        shell: &mut ShellProcess,
    ) -> (u32, Option<ResourceUsage>, Option<ResourceUsage>) {
        let begin = Instant::now();
        let (mut kills, mut minutes, mut warm) = (0, 0, None);
        loop {
            let requests = self.requests.load(Ordering::Relaxed);
            let is_enough = kills >= enough.0 && requests >= enough.1;
            if begin.elapsed() >= if is_enough { time } else { time + PATIENCE } {
                break;
            }
            sleep(Duration::from_millis(50));
            shell.drain_events();
            shell.events.clear();
            let plugins = self.control.plugins();
            self.update_restarted(&plugins);
            if begin.elapsed() >= between * kills {
                // Each plugin in turn, with a step that is coprime to their number.
                let victim = &self.ids[kills as usize * 7 % PLUGINS];
                kills += u32::from(self.kill(plugins.iter().find(|plugin| plugin.id == *victim)));
            }
            if warm.is_none() && begin.elapsed() > time / 10 {
                warm = self.usage();
            }
            if begin.elapsed().as_secs() / 60 > minutes {
                minutes += 1;
                println!(
                    "{minutes} min: {kills} kills, {requests} requests, {:?}",
                    self.usage()
                );
            }
        }
        (kills, warm, self.usage())
    }

    fn update_restarted(&self, plugins: &[PluginInfo]) {
        let mut killed = self.killed.lock().unwrap_or_else(PoisonError::into_inner);
        for plugin in plugins
            .iter()
            .filter(|plugin| plugin.state == PluginState::Running)
        {
            if let Some(its) = killed.get_mut(&plugin.id) {
                its.is_down &= plugin.generation <= its.generation;
            }
        }
    }

    fn kill(&self, victim: Option<&PluginInfo>) -> bool {
        let Some(PluginInfo {
            id,
            pid: Some(pid),
            generation,
            ..
        }) = victim
        else {
            return false;
        };
        {
            let mut killed = self.killed.lock().unwrap_or_else(PoisonError::into_inner);
            let its = killed.entry(id.clone()).or_default();
            if its.is_down {
                return false;
            }
            *its = KillState {
                times: its.times + 1,
                is_down: true,
                generation: *generation,
            };
        }
        let pid = Pid::from_raw(i32::try_from(*pid).unwrap()).unwrap();
        kill_process(pid, Signal::KILL).expect("it runs");
        true
    }

    fn wait_for_all(&self) {
        let runs = |plugin: &PluginInfo| plugin.state == PluginState::Running;
        wait_until("all plugins run", || {
            self.control.plugins().iter().all(runs)
        });
    }

    /// Resources of the shell after it was idle for a while.
    fn idle_usage(&self) -> Option<ResourceUsage> {
        let deadline = Instant::now() + PATIENCE;
        let mut since = Instant::now();
        let mut last = self.usage()?;
        while since.elapsed() < QUIET && Instant::now() < deadline {
            sleep(Duration::from_millis(100));
            let now = self.usage()?;
            if (now.descriptors, now.threads) != (last.descriptors, last.threads) {
                since = Instant::now();
            }
            last = now;
        }
        Some(last)
    }

    fn usage(&self) -> Option<ResourceUsage> {
        Some(ResourceUsage {
            rss_kib: process_status(self.pid, "VmRSS")?,
            threads: process_status(self.pid, "Threads")?,
            descriptors: fs::read_dir(format!("/proc/{}/fd", self.pid)).ok()?.count(),
        })
    }
}
