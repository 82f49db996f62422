//! Response times under a steady load during reloads.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use stratos_tests::{
    Comparison, KeepAliveClient, PluginSources, Plugins, RunOptions, ShellProcess, other_build,
    percentile,
};

const SAMPLE: &str = env!("CARGO_BIN_EXE_sample-plugin");
const CONNECTIONS: u32 = 8;
/// Interval of each connection, for 100 requests/s in total.
const PACE: Duration = Duration::from_millis(80);
const ROUNDS: usize = 5;
const RELOADS_PER_ROUND: u64 = 40;
const IDLE_PER_ROUND: Duration = Duration::from_secs(10);

/// Measures this build and another build of `cargo-stratos`, if there is one.
pub(crate) fn steady_load() {
    for (id, how) in [("resumes", "resumes"), ("sample", "stops and starts")] {
        let start = |program| RefCell::new(ReloadingPlugin::start(id, program));
        let mut builds = vec![("this build", start(None))];
        if let Some(program) = other_build() {
            builds.push(("other build", start(Some(program))));
        }
        let mut comparison = Comparison::default();
        for (name, plugin) in &builds {
            comparison = comparison
                .with(
                    &format!("{name}, during {RELOADS_PER_ROUND} reloads"),
                    || plugin.borrow_mut().measure_reloads(),
                )
                .with(&format!("{name}, without reloads"), || {
                    plugin.borrow_mut().measure_idle()
                });
        }
        println!("\n100 requests/s to a plugin that {how}");
        comparison.run(
            ROUNDS,
            &["p50 in ms", "p99 in ms", "longest in ms", "failed requests"],
        );
    }
}

/// A shell that watches the sources of a plugin.
struct ReloadingPlugin {
    id: &'static str,
    shell: ShellProcess,
    sources: PluginSources,
    version: u64,
    _files: Plugins,
}

impl ReloadingPlugin {
    fn start(id: &'static str, program: Option<PathBuf>) -> Self {
        let files = Plugins::new(SAMPLE, &[]);
        let sources = files.add_sources(SAMPLE, id);
        let options = RunOptions {
            watch: true,
            program,
            ..RunOptions::default()
        };
        Self {
            id,
            shell: ShellProcess::start_with(&sources.folder, options),
            sources,
            version: 0,
            _files: files,
        }
    }

    fn measure_reloads(&mut self) -> Vec<f64> {
        let load = Load::start(&self.shell, self.id);
        for _ in 0..RELOADS_PER_ROUND {
            self.version += 1;
            self.sources.version(&format!("version {}", self.version));
            self.shell.wait_for_reload(self.id);
        }
        load.end()
    }

    fn measure_idle(&mut self) -> Vec<f64> {
        let load = Load::start(&self.shell, self.id);
        sleep(IDLE_PER_ROUND);
        load.end()
    }
}

struct Load {
    over: Arc<AtomicBool>,
    clients: Vec<thread::JoinHandle<Vec<Option<Duration>>>>,
}

impl Load {
    fn start(shell: &ShellProcess, id: &str) -> Self {
        let over = Arc::<AtomicBool>::default();
        let clients = (0..CONNECTIONS).map(|client| {
            let (address, over) = (shell.address, Arc::clone(&over));
            let path = format!("/api/{id}/version");
            thread::spawn(move || {
                let mut times = Vec::new();
                let mut connection = KeepAliveClient::connect(address).expect("it listens");
                let mut next = Instant::now() + PACE * client / CONNECTIONS;
                while !over.load(Ordering::SeqCst) {
                    sleep(next.saturating_duration_since(Instant::now()));
                    next += PACE;
                    let begin = Instant::now();
                    let answer = connection.get(&path);
                    let is_good = matches!(answer, Ok((200, _)));
                    times.push(is_good.then(|| begin.elapsed()));
                    if answer.is_err() {
                        connection = KeepAliveClient::connect(address).expect("it listens");
                    }
                }
                times
            })
        });
        Self {
            clients: clients.collect(),
            over,
        }
    }

    /// The response times p50, p99 and the longest in milliseconds, and the number of failed requests.
    fn end(self) -> Vec<f64> {
        self.over.store(true, Ordering::SeqCst);
        let clients = self.clients.into_iter();
        let requests: Vec<_> = clients
            .flat_map(|client| client.join().expect("no client panics"))
            .collect();
        let times = requests.iter().flatten();
        let mut millis: Vec<_> = times.map(|time| time.as_secs_f64() * 1e3).collect();
        millis.sort_by(f64::total_cmp);
        let failed = requests.len() - millis.len();
        let [p50, p99, longest] = [0.5, 0.99, 1.0].map(|part| percentile(&millis, part));
        vec![p50, p99, longest, failed as f64]
    }
}
