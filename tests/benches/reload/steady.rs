//! Response times under a steady load during reloads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use stratos_tests::{KeepAliveClient, Plugins, RunOptions, ShellProcess};

const SAMPLE: &str = env!("CARGO_BIN_EXE_sample-plugin");
const CONNECTIONS: u32 = 8;
/// Interval of each connection, for 100 requests/s in total.
const PACE: Duration = Duration::from_millis(80);
const RELOADS: u64 = 200;
const IDLE: Duration = Duration::from_secs(20);

pub(crate) fn steady_load() {
    for (id, how) in [("resumes", "resumes"), ("sample", "stops and starts")] {
        let plugins = Plugins::new(SAMPLE, &[]);
        let sources = plugins.add_sources(SAMPLE, id);
        let options = RunOptions {
            watch: true,
            ..RunOptions::default()
        };
        let mut shell = ShellProcess::start_with(&sources.folder, options);
        let idle = Load::start(&shell, id);
        sleep(IDLE);
        let idle = idle.end();
        let load = Load::start(&shell, id);
        for round in 0..RELOADS {
            sources.version(&format!("version {round}"));
            shell.wait_for_reload(id);
        }
        show(&format!("100 requests/s, a plugin that {how}, idle"), idle);
        show(&format!("the same during {RELOADS} reloads"), load.end());
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

    /// The response time of each request, or `None` if it failed.
    fn end(self) -> Vec<Option<Duration>> {
        self.over.store(true, Ordering::SeqCst);
        let clients = self.clients.into_iter();
        clients
            .flat_map(|client| client.join().expect("no client panics"))
            .collect()
    }
}

fn show(what: &str, asked: Vec<Option<Duration>>) {
    let count = asked.len();
    let mut times: Vec<_> = asked.into_iter().flatten().collect();
    times.sort();
    let millis = |part: usize| times[(times.len() - 1) * part / 100].as_secs_f64() * 1e3;
    println!(
        "{what}: {count} requests, {} failed, {} slower than 1 s; p50 {:.2} ms, p99 {:.2} ms, longest {:.0} ms",
        count - times.len(),
        times.iter().filter(|time| time.as_secs() >= 1).count(),
        millis(50),
        millis(99),
        millis(100),
    );
}
