//! Commits all faults of a table in one shell, and sees that nothing else happens.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, channel};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use stratos_host::PluginState;
use stratos_tests::{
    ControlApi, END, MARKS, Neighbours, Options, Plugins, Running, campaign, exclusive, marks,
};

use super::rows::{Probe, Row};
use super::{HOSTILE, SAMPLE};

/// The longest of the shell's own deadlines is half a minute; the rest is for a machine with other things to do.
const PATIENCE: Duration = Duration::from_secs(75);
/// The shell's memory, at the moment when it has most: floods must not pile up in it.
const MEMORY_MIB: u64 = 96;
const NEIGHBOURS: [&str; 3] = ["sample", "another", "third"];

/// As often as asked for, each time in a new shell.
pub fn try_all(rows: &[Row]) {
    for round in 1..=campaign("STRATOS_FAULT_ROUNDS", 1) {
        try_once(rows, round);
    }
}

fn try_once(rows: &[Row], round: u32) {
    let _lock = exclusive();
    let mut shell = Matrix::start(rows);
    let neighbours = Neighbours::of(&shell.control, &NEIGHBOURS);
    let first = shell.settle(rows, 1);
    let mut faults = rows.len();
    let again: Vec<&Row> = rows.iter().filter(|row| can_repeat(row)).collect();
    let restarts = again.iter().map(|row| {
        let (control, fault) = (shell.control.clone(), row.fault);
        spawn(move || (fault, control.command(fault, "start").status))
    });
    for restart in restarts.collect::<Vec<_>>() {
        let (fault, status) = restart.join().unwrap();
        // One that crashes later has started well.
        assert!(
            status == 409 || fault == "crashes-later" || status == 200,
            "{fault}: {status}"
        );
    }
    shell.settle(again.iter().copied(), 2);
    faults += again.len();

    neighbours.wait_for(300);
    let served = neighbours.finish();
    shell.everything_is_as_it_should_be(rows);
    assert!(
        served.errors.is_empty(),
        "{} of {} requests: {:#?}",
        served.errors.len(),
        served.requests,
        served.errors
    );
    let peak = shell.peak_mib();
    assert!(peak < MEMORY_MIB, "the shell took {peak} MiB of memory");
    let end = shell.end();
    for (fault, outcome) in first {
        println!("{fault:<22} {outcome}");
    }
    println!(
        "round {round}: {faults} faults, {} requests to neighbours, 0 errors, slowest {:?}, {peak} MiB at most, ended in {end:?}",
        served.requests, served.slowest
    );
}

/// Without help of the test, and soon.
fn can_repeat(row: &Row) -> bool {
    row.ends == "errored" && row.probe == Probe::Nothing && row.fault != "start-never-ends"
}

struct Matrix {
    plugins: Plugins,
    shell: Running,
    control: ControlApi,
    probes: BTreeMap<&'static str, Receiver<String>>,
    /// What whoever asked was told.
    told: BTreeMap<&'static str, String>,
}

impl Matrix {
    fn start(rows: &[Row]) -> Self {
        let plugins = Plugins::new(SAMPLE, &NEIGHBOURS);
        let folder = plugins.root().join("marks");
        fs::create_dir(&folder).unwrap();
        for row in rows {
            plugins.add(HOSTILE, row.fault);
            if !row.has_process() {
                spoil(&plugins, row.fault);
            }
        }
        let options = Options {
            env: vec![(MARKS.to_owned(), folder.to_str().unwrap().to_owned())],
            ..Options::default()
        };
        let shell = Running::launch(plugins.root(), options);
        let control = shell.control();
        Self {
            plugins,
            shell,
            control,
            probes: BTreeMap::new(),
            told: BTreeMap::new(),
        }
    }

    /// Waits until each fault has happened and has had its consequence, and says how long that took.
    fn settle<'a>(
        &mut self,
        rows: impl IntoIterator<Item = &'a Row>,
        times: usize,
    ) -> Vec<(&'static str, String)> {
        let begin = Instant::now();
        self.neighbours_run();
        let mut waits: Vec<&Row> = rows.into_iter().collect();
        let mut outcomes = Vec::new();
        while !waits.is_empty() {
            sleep(Duration::from_millis(25));
            self.shell.catch_up();
            let states: BTreeMap<String, PluginState> = self
                .control
                .plugins()
                .into_iter()
                .map(|plugin| (plugin.id, plugin.state))
                .collect();
            waits.retain(|row| {
                let state = &states[row.fault];
                let missing = self.missing(row, state, times);
                if missing.is_none() {
                    outcomes.push((
                        row.fault,
                        format!(
                            "{} after {:?}: {}",
                            row.ends,
                            begin.elapsed(),
                            self.heard(row, state)
                        ),
                    ));
                }
                let late = begin.elapsed() > PATIENCE;
                assert!(
                    !late || missing.is_none(),
                    "{}: {}",
                    row.fault,
                    missing.unwrap()
                );
                missing.is_some()
            });
        }
        outcomes
    }

    /// Nothing is asked of a hostile plugin before.
    fn neighbours_run(&self) {
        let deadline = Instant::now() + PATIENCE;
        let runs = |id: &&str| self.control.plugin(id).state == PluginState::Running;
        while !NEIGHBOURS.iter().all(runs) {
            assert!(Instant::now() < deadline, "{:?}", self.control.plugins());
            sleep(Duration::from_millis(10));
        }
    }

    /// What has not happened yet.
    fn missing(&mut self, row: &Row, state: &PluginState, times: usize) -> Option<String> {
        if row.probe != Probe::Nothing && !self.probes.contains_key(row.fault) {
            if *state != PluginState::Running {
                return Some(format!("it does not run, but is {state:?}"));
            }
            let (control, probe, fault) = (self.control.clone(), row.probe, row.fault);
            let folder = self.plugins.root().join("marks");
            let (sender, receiver) = channel();
            spawn(move || sender.send(ask(&control, probe, fault, &folder)));
            self.probes.insert(row.fault, receiver);
        }
        if let Some(probe) = self.probes.get(row.fault) {
            let told = probe.try_iter().collect::<String>();
            self.told.entry(row.fault).or_default().push_str(&told);
            if self.told[row.fault].is_empty() {
                return Some("whoever asked has no answer".to_owned());
            }
        }
        if row.has_process() {
            let marks = marks(&self.plugins.root().join("marks"), row.fault);
            let matching = marks.iter().filter(|mark| mark.contains(row.marks)).count();
            if matching < times {
                return Some(format!("the fault did not happen, but: {marks:?}"));
            }
        }
        let heard = self.heard(row, state);
        if word(state) != row.ends || !heard.contains(row.says) {
            return Some(format!(
                "it must be {} with `{}`, but: {heard}",
                row.ends, row.says
            ));
        }
        None
    }

    /// All that anybody can know about it.
    fn heard(&self, row: &Row, state: &PluginState) -> String {
        let reason = match state {
            PluginState::Errored { reason } => reason,
            other => word(other),
        };
        let about = self
            .shell
            .seen
            .iter()
            .filter(|event| event["plugin"] == row.fault && event["tag"] == "shell");
        let notes = about.filter_map(|event| event["message"].as_str());
        let told = self.told.get(row.fault).map(String::as_str);
        let all: Vec<&str> = [reason].into_iter().chain(notes).chain(told).collect();
        all.join(" | ")
    }

    fn everything_is_as_it_should_be(&self, rows: &[Row]) {
        for plugin in self.control.plugins() {
            match rows.iter().find(|row| row.fault == plugin.id) {
                Some(row) => assert_eq!(word(&plugin.state), row.ends, "{}", row.fault),
                None => assert_eq!(
                    (plugin.state, plugin.generation),
                    (PluginState::Running, 1),
                    "{}",
                    plugin.id
                ),
            }
        }
    }

    /// Where nobody tells, nothing.
    fn peak_mib(&self) -> u64 {
        let status = format!("/proc/{}/status", self.shell.pid());
        let status = fs::read_to_string(status).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.and_then(|peak| peak.split_whitespace().next()?.parse::<u64>().ok());
        kib.unwrap_or_default() / 1024
    }

    /// Presses Ctrl-C and sees that nothing is left.
    fn end(self) -> Duration {
        let said = self.shell.said();
        assert!(!said.contains("panicked"), "{said}");
        let begin = Instant::now();
        #[cfg(unix)]
        {
            let (status, _) = self.shell.interrupt();
            assert!(status.code().is_some_and(|code| code < 2), "{status:?}");
        }
        #[cfg(not(unix))]
        self.shell.kill();
        let time = begin.elapsed();
        assert!(time < END, "it took {time:?} to end");
        let left = processes_with(self.plugins.root().join("marks").to_str().unwrap());
        assert!(left.is_empty(), "left behind: {left:?}");
        time
    }
}

/// Makes a program one that cannot be started.
fn spoil(plugins: &Plugins, fault: &str) {
    let manifest = plugins.root().join(fault).join("plugin.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let declared = r#""background": { "entryModule": "background/index.js" }, "type""#;
    fs::write(&manifest, text.replace("\"type\"", declared)).unwrap();
    let program = plugins.program(fault);
    match fault {
        "empty" => fs::write(&program, "").unwrap(),
        "wrong-machine" => {
            let mut bytes = fs::read(&program).unwrap();
            // The number of the machine in an ELF header; elsewhere the magic number.
            let place = if bytes.starts_with(b"\x7fELF") { 18 } else { 0 };
            bytes[place] ^= 0x55;
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

/// Does what makes the fault happen, and says what came back.
fn ask(control: &ControlApi, probe: Probe, fault: &str, folder: &std::path::Path) -> String {
    match probe {
        Probe::Nothing => unreachable!("nobody asks"),
        Probe::Call => {
            let answer = control.invoke(fault, "ask", &serde_json::json!("why"));
            format!("{} {}", answer.status, answer.body)
        }
        Probe::Stop => format!("{} to stop", control.command(fault, "stop").status),
        Probe::Get => format!("{}; {}", get(control, fault), get(control, fault)),
        Probe::Abandon => {
            let mut stream = TcpStream::connect(control.address).unwrap();
            let bytes = control.invoke_bytes(fault, "ask");
            stream.write_all(bytes.as_bytes()).unwrap();
            let deadline = Instant::now() + PATIENCE;
            // Hung up before, the question may never have been asked.
            while marks(folder, fault).is_empty() && Instant::now() < deadline {
                sleep(Duration::from_millis(10));
            }
            drop(stream);
            "hung up".to_owned()
        }
    }
}

/// The answer as far as it comes, with the chunks joined.
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
    let mut answer = Vec::new();
    if stream.read_to_end(&mut answer).is_err() && answer.is_empty() {
        return "no answer".to_owned();
    }
    let text = String::from_utf8_lossy(&answer).into_owned();
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

fn word(state: &PluginState) -> &'static str {
    match state {
        PluginState::Running => "running",
        PluginState::Stopped => "stopped",
        PluginState::Errored { .. } => "errored",
        PluginState::BackingOff { .. } => "backing-off",
        _ => "on its way",
    }
}

/// The processes that have this in their environment; where nobody tells, none.
fn processes_with(text: &str) -> Vec<u32> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let left = processes_now(text);
        if left.is_empty() || Instant::now() > deadline {
            return left;
        }
        sleep(Duration::from_millis(20));
    }
}

fn processes_now(text: &str) -> Vec<u32> {
    let Ok(all) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = all
        .map_while(Result::ok)
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let has = |pid: &u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    pids.filter(has).collect()
}
