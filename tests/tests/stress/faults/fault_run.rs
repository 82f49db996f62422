//! Runs all faults of a table in one shell, and verifies their consequences and that nothing else is affected.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, channel};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use stratos_host::PluginState;
use stratos_tests::{
    BackgroundLoad, ControlApi, FAULT_LOG_DIR, Plugins, RunOptions, SHUTDOWN_TIMEOUT, ShellProcess,
    campaign, fault_log, process_status, processes_with_env, wait_at_most, wait_until,
};

use super::fault_table::{Fault, Probe};
use super::{HOSTILE, SAMPLE};

/// Time limit for all consequences. The longest timeout of the shell is 30 s; the rest is for busy machines.
const CONSEQUENCES_TIMEOUT: Duration = Duration::from_secs(75);
/// Limit of the shell's peak memory in MiB.
const MEMORY_MIB: usize = 96;
/// Healthy plugins in the same shell.
const BYSTANDERS: [&str; 3] = ["sample", "another", "third"];

/// Runs the faults, once or as often as `STRATOS_FAULT_ROUNDS` says, each time in a new shell.
pub fn run_all(faults: &[Fault]) {
    for round in 1..=campaign("STRATOS_FAULT_ROUNDS", 1) {
        run_once(faults, round);
    }
}

fn run_once(faults: &[Fault], round: u32) {
    let mut shell = FaultRun::start(faults);
    let load = BackgroundLoad::start(&shell.control, &BYSTANDERS);
    let first = shell.settle(faults, 1);
    let mut count = faults.len();
    let again: Vec<&Fault> = faults.iter().filter(|fault| can_repeat(fault)).collect();
    let restarts = again.iter().map(|fault| {
        let (control, id) = (shell.control.clone(), fault.id);
        spawn(move || (id, control.command(id, "start").status))
    });
    for restart in restarts.collect::<Vec<_>>() {
        let (id, status) = restart.join().unwrap();
        // The plugin that crashes later starts without an error.
        assert!(
            status == 409 || id == "crashes-later" || status == 200,
            "{id}: {status}"
        );
    }
    shell.settle(again.iter().copied(), 2);
    count += again.len();

    load.wait_for_requests(300);
    let report = load.finish();
    shell.assert_final_states(faults);
    assert!(
        report.errors.is_empty(),
        "{} of {} requests: {:#?}",
        report.errors.len(),
        report.requests,
        report.errors
    );
    let peak = shell.peak_mib();
    assert!(peak < MEMORY_MIB, "the shell used {peak} MiB of memory");
    let shutdown = shell.shut_down();
    for (id, outcome) in first {
        println!("{id:<22} {outcome}");
    }
    println!(
        "round {round}: {count} faults, {} requests to bystanders, 0 errors, slowest {:?}, {peak} MiB at most, shutdown in {shutdown:?}",
        report.requests, report.slowest
    );
}

/// Whether the fault happens again after a restart, soon and without a probe.
fn can_repeat(fault: &Fault) -> bool {
    fault.state == "errored" && fault.probe == Probe::Nothing && fault.id != "start-never-ends"
}

/// A shell with bystanders and hostile plugins.
struct FaultRun {
    plugins: Plugins,
    shell: ShellProcess,
    control: ControlApi,
    /// Probes that have been sent, by fault.
    probes: BTreeMap<&'static str, Receiver<String>>,
    /// Responses to the probes, by fault.
    responses: BTreeMap<&'static str, String>,
}

impl FaultRun {
    fn start(faults: &[Fault]) -> Self {
        let plugins = Plugins::new(SAMPLE, &BYSTANDERS);
        let folder = plugins.root().join("fault-log");
        fs::create_dir(&folder).unwrap();
        for fault in faults {
            plugins.add(HOSTILE, fault.id);
            if !fault.has_process() {
                break_program(&plugins, fault.id);
            }
        }
        let options = RunOptions {
            env: vec![(
                FAULT_LOG_DIR.to_owned(),
                folder.to_str().unwrap().to_owned(),
            )],
            ..RunOptions::default()
        };
        let shell = ShellProcess::spawn(plugins.root(), options);
        let control = shell.control();
        Self {
            plugins,
            shell,
            control,
            probes: BTreeMap::new(),
            responses: BTreeMap::new(),
        }
    }

    /// Waits until each fault has happened this many times and has had its consequence. Returns a line for each fault.
    fn settle<'a>(
        &mut self,
        faults: impl IntoIterator<Item = &'a Fault>,
        times: usize,
    ) -> Vec<(&'static str, String)> {
        let begin = Instant::now();
        self.wait_for_bystanders();
        let mut waits: Vec<&Fault> = faults.into_iter().collect();
        let mut outcomes = Vec::new();
        while !waits.is_empty() {
            sleep(Duration::from_millis(25));
            self.shell.drain_events();
            let states: BTreeMap<String, PluginState> = self
                .control
                .plugins()
                .into_iter()
                .map(|plugin| (plugin.id, plugin.state))
                .collect();
            waits.retain(|fault| {
                let state = &states[fault.id];
                let missing = self.missing(fault, state, times);
                if missing.is_none() {
                    outcomes.push((
                        fault.id,
                        format!(
                            "{} after {:?}: {}",
                            fault.state,
                            begin.elapsed(),
                            self.observed(fault, state)
                        ),
                    ));
                }
                let late = begin.elapsed() > CONSEQUENCES_TIMEOUT;
                assert!(
                    !late || missing.is_none(),
                    "{}: {}",
                    fault.id,
                    missing.unwrap()
                );
                missing.is_some()
            });
        }
        outcomes
    }

    /// Waits until the bystanders run, before the first probe.
    fn wait_for_bystanders(&self) {
        let runs = |id: &&str| self.control.plugin(id).state == PluginState::Running;
        wait_until("the bystanders run", || BYSTANDERS.iter().all(runs));
    }

    /// The consequence that is still missing. Sends the probe once the plugin runs.
    fn missing(&mut self, fault: &Fault, state: &PluginState, times: usize) -> Option<String> {
        if fault.probe != Probe::Nothing && !self.probes.contains_key(fault.id) {
            if *state != PluginState::Running {
                return Some(format!("the plugin is {state:?} instead of running"));
            }
            let (control, probe, id) = (self.control.clone(), fault.probe, fault.id);
            let folder = self.plugins.root().join("fault-log");
            let (sender, receiver) = channel();
            spawn(move || sender.send(run_probe(&control, probe, id, &folder)));
            self.probes.insert(fault.id, receiver);
        }
        if let Some(probe) = self.probes.get(fault.id) {
            let responses = probe.try_iter().collect::<String>();
            self.responses
                .entry(fault.id)
                .or_default()
                .push_str(&responses);
            if self.responses[fault.id].is_empty() {
                return Some("no response to the probe".to_owned());
            }
        }
        if fault.has_process() {
            let logged = fault_log(&self.plugins.root().join("fault-log"), fault.id);
            let matching = logged
                .iter()
                .filter(|line| line.contains(fault.logged))
                .count();
            if matching < times {
                return Some(format!("the fault did not happen; logged: {logged:?}"));
            }
        }
        let observed = self.observed(fault, state);
        if state_name(state) != fault.state || !observed.contains(fault.reason) {
            return Some(format!(
                "expected {} with `{}`; observed: {observed}",
                fault.state, fault.reason
            ));
        }
        None
    }

    /// The reason of the state, the shell's log about the plugin, and the response to the probe.
    fn observed(&self, fault: &Fault, state: &PluginState) -> String {
        let reason = match state {
            PluginState::Errored { reason } => reason,
            other => state_name(other),
        };
        let logged = self
            .shell
            .events
            .iter()
            .filter(|event| event["plugin"] == fault.id && event["tag"] == "shell");
        let messages = logged.filter_map(|event| event["message"].as_str());
        let responses = self.responses.get(fault.id).map(String::as_str);
        let parts: Vec<&str> = [reason]
            .into_iter()
            .chain(messages)
            .chain(responses)
            .collect();
        parts.join(" | ")
    }

    /// Asserts the state of every plugin, including the bystanders.
    fn assert_final_states(&self, faults: &[Fault]) {
        for plugin in self.control.plugins() {
            match faults.iter().find(|fault| fault.id == plugin.id) {
                Some(fault) => assert_eq!(state_name(&plugin.state), fault.state, "{}", fault.id),
                None => assert_eq!(
                    (plugin.state, plugin.generation),
                    (PluginState::Running, 1),
                    "{}",
                    plugin.id
                ),
            }
        }
    }

    /// Peak memory of the shell in MiB; 0 where it cannot be read.
    fn peak_mib(&self) -> usize {
        process_status(self.shell.pid(), "VmHWM").unwrap_or_default() / 1024
    }

    /// Shuts the shell down within the time limit, and asserts that no process is left.
    fn shut_down(self) -> Duration {
        let stderr = self.shell.stderr();
        assert!(!stderr.contains("panicked"), "{stderr}");
        let begin = Instant::now();
        #[cfg(unix)]
        {
            let (status, _) = self.shell.interrupt();
            assert!(status.code().is_some_and(|code| code < 2), "{status:?}");
        }
        #[cfg(not(unix))]
        self.shell.kill();
        let time = begin.elapsed();
        assert!(time < SHUTDOWN_TIMEOUT, "the shutdown took {time:?}");
        let folder = self.plugins.root().join("fault-log");
        let left = || processes_with_env(FAULT_LOG_DIR, folder.to_str().unwrap());
        let is_clean = wait_at_most(Duration::from_secs(10), || left().is_empty());
        assert!(is_clean, "left behind: {:?}", left());
        time
    }
}

/// Replaces a program with one that cannot start.
fn break_program(plugins: &Plugins, fault: &str) {
    let manifest = plugins.root().join(fault).join("plugin.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let declared = r#""background": { "entryModule": "background/index.js" }, "type""#;
    fs::write(&manifest, text.replace("\"type\"", declared)).unwrap();
    let program = plugins.program(fault);
    match fault {
        "empty" => fs::write(&program, "").unwrap(),
        "wrong-machine" => {
            let mut bytes = fs::read(&program).unwrap();
            // The field `e_machine` of an ELF header; elsewhere the magic number.
            let offset = if bytes.starts_with(b"\x7fELF") { 18 } else { 0 };
            bytes[offset] ^= 0x55;
            fs::write(&program, bytes).unwrap();
        }
        #[cfg(unix)]
        "not-executable" => {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&program, fs::Permissions::from_mode(0o600)).unwrap();
        }
        other => {
            fs::remove_file(&program).unwrap();
            match other {
                "directory" => fs::create_dir(&program).unwrap(),
                #[cfg(unix)]
                "symlink-loop" => std::os::unix::fs::symlink(&program, &program).unwrap(),
                _ => {}
            }
        }
    }
}

/// Sends a probe and returns the response.
fn run_probe(control: &ControlApi, probe: Probe, fault: &str, folder: &std::path::Path) -> String {
    match probe {
        Probe::Nothing => unreachable!("there is no probe"),
        Probe::Invoke => {
            let response = control.invoke(fault, "ask", &serde_json::json!("why"));
            format!("{} {}", response.status, response.body)
        }
        Probe::Stop => format!("{} to stop", control.command(fault, "stop").status),
        Probe::Get => format!("{}; {}", get(control, fault), get(control, fault)),
        Probe::Abandon => {
            let mut stream = TcpStream::connect(control.address).unwrap();
            let bytes = control.invoke_request(fault, "ask");
            stream.write_all(bytes.as_bytes()).unwrap();
            // The shell may not forward a request whose connection closes earlier.
            wait_until("the request arrives", || {
                !fault_log(folder, fault).is_empty()
            });
            drop(stream);
            "connection closed".to_owned()
        }
    }
}

/// Sends a GET request and returns the status and the received part of the body.
fn get(control: &ControlApi, fault: &str) -> String {
    let mut stream = TcpStream::connect(control.address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    let request = format!(
        "GET /api/{fault}/x HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        control.address
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = Vec::new();
    if stream.read_to_end(&mut response).is_err() && response.is_empty() {
        return "no response".to_owned();
    }
    let text = String::from_utf8_lossy(&response).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).unwrap_or_default();
    let head = head.to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let whole = match length {
        Some(length) => length.parse() == Ok(body.len()),
        None => body.ends_with("0\r\n\r\n"),
    };
    match whole {
        true => format!("{status} {body}"),
        false => format!("cut short: {status} {body}"),
    }
}

fn state_name(state: &PluginState) -> &'static str {
    match state {
        PluginState::Running => "running",
        PluginState::Stopped => "stopped",
        PluginState::Errored { .. } => "errored",
        PluginState::BackingOff { .. } => "backing-off",
        _ => "changing",
    }
}
