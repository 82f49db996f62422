//! Processes and files of a killed shell are cleaned up at once, or by the next shell.
//!
//! `STRATOS_KILLS=200 cargo test -p stratos-tests --test stress leftovers` kills as often as that.

use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::json;
use stratos_tests::{
    LiveProcesses, Plugins, RunOptions, ShellProcess, campaign, cargo_stratos, exclusive,
    processes_with_env, report, wait_until,
};
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::SAMPLE;

const SOON: Duration = Duration::from_secs(2);
/// Time limit for the cleanup, with a reserve for busy machines.
const LATE: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(60);
/// Whether processes other than plugins, such as builds, can be found.
const SEES_ALL: bool = cfg!(target_os = "linux");

#[test]
fn a_killed_shell_leaves_no_process_or_socket() {
    let _lock = exclusive();
    let (plugins, watch) = (
        Plugins::new(SAMPLE, &["sample", "blocks", "helped"]),
        LiveProcesses::new(),
    );
    // A build that never ends.
    let sources = plugins.add_sources(SAMPLE, "built");
    let gate = sources.build_gate();
    gate.close();
    let sockets = sockets(&plugins);
    let (mut longest, mut late) = (Duration::ZERO, 0);
    let (mut with_plugins, mut with_builds) = (0, 0);
    let kills: u32 = campaign("STRATOS_KILLS", 6);
    for round in 0..kills {
        let mut shell = start(&plugins, &watch, &sockets);
        // Kills at a random time after the start, after the first plugin runs, or after the build runs. The last round
        // is of the last kind, so that a guardian exists; a shell killed earlier leaves something to clean up.
        match (kills - round) % 3 {
            0 => {}
            1 => wait_until("a plugin runs", || !watch.alive().is_empty()),
            _ => wait_until("a build runs", || {
                builds(&watch) || !SEES_ALL && !watch.alive().is_empty()
            }),
        }
        let delay = random() % 500;
        sleep(Duration::from_millis(delay));
        with_plugins += u32::from(!watch.alive().is_empty());
        with_builds += u32::from(builds(&watch));
        shell.kill().unwrap();
        shell.wait().unwrap();
        let took = wait_for_cleanup(&watch);
        longest = longest.max(took);
        late += u32::from(took > SOON);
        if cfg!(unix) {
            // A killed linker may leave its own temporary files.
            let left = fs::read_dir(&sockets).unwrap().map_while(Result::ok);
            let left: Vec<_> = left
                .map(|entry| entry.file_name().into_string().unwrap())
                .filter(|name| name.starts_with("stratos-"))
                .collect();
            assert!(left.is_empty(), "killed after {delay} ms: {left:?}");
        }
    }
    println!(
        "{kills} kills, {with_plugins} with plugins and {with_builds} with a build under way; \
         everything was gone after {longest:?} at most, {late} times after more than {SOON:?}"
    );
    assert!(with_plugins >= kills / 3, "{with_plugins} of {kills}");
    assert!(
        with_builds >= kills / 3 || !SEES_ALL,
        "{with_builds} of {kills}"
    );
    // The next shell with the same state folder cleans up the rest.
    gate.open();
    fs::remove_dir_all(plugins.root().join("blocks")).unwrap();
    let options = RunOptions {
        env: vec![watch.env(), own_target(&plugins)],
        ..RunOptions::default()
    };
    let shell = ShellProcess::start_with(plugins.root(), options);
    assert_eq!(shell.plugin("sample")["state"]["name"], "running");
    assert_eq!(shell.plugin("built")["state"]["name"], "running");
    assert!(!shell.stderr().contains("cleaned up"), "{}", shell.stderr());
}

#[test]
fn blocked_plugins_end_with_a_killed_shell() {
    let (plugins, watch) = (Plugins::new(SAMPLE, &["blocks"]), LiveProcesses::new());
    let mut shell = command(&plugins, &watch, &sockets(&plugins));
    let mut shell = shell.stdout(Stdio::piped()).spawn().unwrap();
    // The plugin's runtime is blocked, so the closed connection does not end it.
    let mut events = BufReader::new(shell.stdout.take().unwrap()).lines();
    events.find(|event| event.as_ref().unwrap().contains("blocking"));
    assert!(watch.wait_for(1, PATIENCE), "the plugin runs");
    shell.kill().unwrap();
    shell.wait().unwrap();
    wait_for_cleanup(&watch);
}

#[test]
fn helper_processes_end_with_their_plugin() {
    let (plugins, watch) = (Plugins::new(SAMPLE, &["helped"]), LiveProcesses::new());
    let options = RunOptions {
        env: vec![watch.env()],
        ..RunOptions::default()
    };
    let shell = ShellProcess::start_with(plugins.root(), options);
    assert!(watch.wait_for(2, PATIENCE), "the plugin and its helper run");
    assert_eq!(shell.command(&["stop", "helped"]).code, Some(0));
    assert!(watch.wait_for(0, LATE), "left: {:?}", watch.alive());
}

#[test]
fn the_next_shell_kills_only_processes_of_the_killed_shell() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let (leftover, stranger) = (WaitingProcess::start(), WaitingProcess::start());
    let run = plugins.root().join("state/programs/run-killed");
    fs::create_dir_all(&run).unwrap();
    let sockets = plugins.root().join("stratos-killed");
    let others = plugins.root().join("stratos-alive");
    fs::create_dir_all(&sockets).unwrap();
    fs::create_dir_all(&others).unwrap();
    let record = [
        json!({ "run": { "mark": "of a killed shell", "session": null } }),
        json!({ "sockets": sockets }),
        json!({ "process": { "pid": leftover.pid(), "started": leftover.started() } }),
        // A record whose process id was reused by another process.
        json!({ "process": { "pid": stranger.pid(), "started": stranger.started() - 100_000_000 } }),
    ];
    let lines = record.map(|line| format!("{line}\n")).concat();
    fs::write(run.join("started.jsonl"), lines + "{\"process\":{").unwrap();
    #[cfg(unix)]
    let listener = {
        use std::os::unix::net::UnixListener;

        drop(UnixListener::bind(sockets.join("dead")).unwrap());
        let other = run.with_file_name("run-other");
        fs::create_dir_all(&other).unwrap();
        let record = json!({ "sockets": others });
        fs::write(other.join("started.jsonl"), record.to_string()).unwrap();
        UnixListener::bind(others.join("alive")).unwrap()
    };

    let shell = ShellProcess::start(plugins.root());
    assert!(
        !leftover.is_running(),
        "the process of the killed shell was killed"
    );
    assert!(
        stranger.is_running(),
        "a process with another start time is left alone"
    );
    assert!(!run.exists());
    assert!(!sockets.exists(), "sockets without a listener are removed");
    assert!(others.exists(), "sockets with a listener are kept");
    let said = format!(
        "cleaned up after a shell that was killed: ended its processes ({}), \
         removed its sockets, removed its copies of programs\n",
        leftover.pid()
    );
    assert!(shell.stderr().contains(&said), "{}", shell.stderr());
    #[cfg(unix)]
    drop(listener);
}

/// The guardian is killed too, so that only the next shell can clean up.
#[cfg(target_os = "linux")]
#[test]
fn the_next_shell_cleans_up_after_a_killed_guardian() {
    let (plugins, watch) = (Plugins::new(SAMPLE, &["helped"]), LiveProcesses::new());
    let gate = plugins.add_sources(SAMPLE, "built").build_gate();
    gate.close();
    let sockets = sockets(&plugins);
    let mut shell = start(&plugins, &watch, &sockets);
    let has = |what: &str| {
        test_processes(&watch)
            .into_iter()
            .find(|it| it.contains(what))
    };
    wait_until("the plugin, its helper and the build run", || {
        watch.alive().len() == 2 && has("build-script-build").is_some()
    });
    let guardian = has(" guardian ").expect("the guardian");
    let pid = guardian.split(' ').next().unwrap().parse().unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    shell.kill().unwrap();
    shell.wait().unwrap();
    assert!(
        watch.wait_for(1, LATE),
        "the helper runs, the plugin has exited"
    );
    assert!(has("build-script-build").is_some(), "the build runs");

    fs::remove_dir_all(plugins.root().join("built")).unwrap();
    // A shell with another state folder does not clean up.
    drop(ShellProcess::start(&plugins.root().join("helped")));
    assert!(has("build-script-build").is_some(), "the build runs");
    let options = RunOptions {
        state: Some(plugins.root().join("state")),
        ..RunOptions::default()
    };
    let shell = ShellProcess::start_with(&plugins.root().join("helped"), options);
    wait_for_cleanup(&watch);
    assert!(
        shell.stderr().contains("ended its processes"),
        "{}",
        shell.stderr()
    );
}

/// Starts a shell with its own temporary folder.
fn start(plugins: &Plugins, watch: &LiveProcesses, sockets: &Path) -> Child {
    command(plugins, watch, sockets).spawn().unwrap()
}

fn command(plugins: &Plugins, watch: &LiveProcesses, sockets: &Path) -> Command {
    let mut command = Command::new(cargo_stratos());
    command
        .args(["run", "--port", "auto", "--json", "--no-watch", "--state"])
        .arg(plugins.root().join("state"))
        .arg(plugins.root())
        .envs([watch.env()])
        .env("TMPDIR", sockets)
        .envs([own_target(plugins)])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// A separate target folder, so that no other build holds its lock.
fn own_target(plugins: &Plugins) -> (String, String) {
    let target = plugins.root().join("target");
    ("CARGO_TARGET_DIR".to_owned(), target.display().to_string())
}

fn sockets(plugins: &Plugins) -> PathBuf {
    let folder = plugins.root().join("t");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn builds(watch: &LiveProcesses) -> bool {
    let is_build = |process: String| process.contains("cargo build");
    SEES_ALL && test_processes(watch).into_iter().any(is_build)
}

fn wait_for_cleanup(watch: &LiveProcesses) -> Duration {
    let begin = Instant::now();
    loop {
        let left = test_processes(watch);
        if left.is_empty() && watch.alive().is_empty() {
            return begin.elapsed();
        }
        assert!(begin.elapsed() < LATE, "left: {left:#?}");
        sleep(Duration::from_millis(10));
    }
}

/// Process ids and command lines of all processes that this test started, found by an environment variable.
fn test_processes(watch: &LiveProcesses) -> Vec<String> {
    if !SEES_ALL {
        report("skipped: processes that are no plugins are looked for on Linux only");
        return Vec::new();
    }
    let (name, value) = watch.env();
    let processes = processes_with_env(&name, &value).into_iter();
    processes
        .map(|(pid, line)| format!("{pid} {line}"))
        .collect()
}

fn random() -> u64 {
    RandomState::new().hash_one(())
}

/// A process of the test that waits for the end of its stdin.
struct WaitingProcess(Child);

impl WaitingProcess {
    fn start() -> Self {
        let mut command = Command::new(cargo_stratos());
        let child = command.arg("guardian").arg(SAMPLE).stdin(Stdio::piped());
        Self(child.spawn().unwrap())
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }

    fn started(&self) -> u64 {
        let (mut system, pid) = (System::new(), Pid::from_u32(self.pid()));
        let what = ProcessRefreshKind::nothing();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, what);
        system.process(pid).unwrap().start_time()
    }

    fn is_running(&self) -> bool {
        let (mut system, pid) = (System::new(), Pid::from_u32(self.pid()));
        let what = ProcessRefreshKind::nothing();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, what);
        let status = system.process(pid).map(sysinfo::Process::status);
        status.is_some_and(|status| status != sysinfo::ProcessStatus::Zombie)
    }
}

impl Drop for WaitingProcess {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
