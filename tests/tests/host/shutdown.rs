//! `cargo stratos run --exit-when-ready`, and shutdown by Ctrl-C whatever the plugins do.

#[cfg(unix)]
use std::io::{Read as _, Write as _};
#[cfg(unix)]
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

#[cfg(unix)]
use stratos_tests::SHUTDOWN_TIMEOUT;
use stratos_tests::{CommandOutput, LiveProcesses, Plugins, stratos};

use crate::SAMPLE;

#[test]
fn exit_when_ready_reports_whether_all_plugins_start() {
    let plugins = Plugins::new(SAMPLE, &["sample", "ui"]);
    std::fs::remove_file(plugins.program("ui")).unwrap();
    let well = run_until_ready(&plugins, &[]);
    assert_eq!(well.code, Some(0), "{well:?}");
    assert!(well.stdout.contains(r#""event":"ready""#), "{well:?}");
    assert!(
        well.stdout.contains(r#""message":"stopped""#),
        "on_stop ran: {well:?}"
    );

    let plugins = Plugins::new(SAMPLE, &["sample", "fails"]);
    let errored = run_until_ready(&plugins, &[]);
    assert_eq!(errored.code, Some(1), "{errored:?}");
    assert!(
        errored.stdout.contains("the airline has no fleet"),
        "{errored:?}"
    );
}

#[test]
fn exit_when_ready_has_a_timeout() {
    let plugins = Plugins::new(SAMPLE, &["hangs", "sample"]);
    let late = run_until_ready(&plugins, &["--timeout", "1"]);
    assert_eq!(late.code, Some(1), "{late:?}");
    assert!(
        late.stderr
            .contains("not all plugins were ready within 1 s"),
        "{late:?}"
    );
    let usage = stratos(plugins.root(), ["run", "--timeout", "1"]);
    assert_eq!(usage.code, Some(2), "{usage:?}");
}

#[test]
fn exit_when_ready_leaves_no_process() {
    let (plugins, watch) = (Plugins::new(SAMPLE, &["sample"]), LiveProcesses::new());
    let ready = run_until_ready(&plugins, &[]);
    assert_eq!(ready.code, Some(0));
    let mut events = ready.stdout.lines();
    let event = events
        .find(|event| event.contains("\"event\":\"ready\""))
        .unwrap();
    assert!(
        event.contains("\"state\":{\"name\":\"running\"}"),
        "{event}"
    );
    assert!(watch.wait_for(0, Duration::from_secs(10)));
}

fn run_until_ready(plugins: &Plugins, more: &[&str]) -> CommandOutput {
    let arguments = ["run", "--port", "auto", "--json", "--exit-when-ready"];
    stratos(plugins.root(), [&arguments, more].concat())
}

/// A full pipe blocks printing when the reader stops reading.
#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_works_while_stdout_is_not_read() {
    use std::process::{Command, Stdio};
    use std::thread::sleep;
    use std::time::Instant;

    use rustix::io::ioctl_fionread;
    use rustix::process::{Pid, Signal, kill_process};

    let (plugins, watch) = (Plugins::new(SAMPLE, &["floods"]), LiveProcesses::new());
    let mut shell = Command::new(stratos_tests::cargo_stratos())
        .args(["run", "--port", "auto", "--json"])
        .current_dir(plugins.root().join("floods"))
        .envs([watch.env()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = shell.stdout.take().unwrap();
    // The pipe counts as full when its size stays the same, because a page may have less space than the next line
    // needs.
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut before = 0;
    loop {
        let waits = ioctl_fionread(&output).unwrap();
        if waits == before && waits > 32 * 1024 {
            break;
        }
        assert!(Instant::now() < deadline, "the pipe is full: {waits}");
        before = waits;
        sleep(Duration::from_millis(100));
    }
    let begin = Instant::now();
    let pid = Pid::from_raw(i32::try_from(shell.id()).unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    let status = shell.wait().unwrap();
    assert!(begin.elapsed() < SHUTDOWN_TIMEOUT, "{:?}", begin.elapsed());
    assert!(status.success(), "{status:?}");
    assert!(
        watch.wait_for(0, Duration::from_secs(10)),
        "left: {:?}",
        watch.alive()
    );
}

/// Hanging plugins are killed concurrently.
#[cfg(unix)]
#[test]
fn shutdown_takes_at_most_8_seconds_with_hanging_plugins() {
    use std::path::Path;
    use std::thread;
    use std::time::Instant;

    use stratos_tests::{IGNORE_SIGTERM, RunOptions, ShellProcess};

    let ids = [
        "sample-starts",
        "resumes-twice",
        "sample-stops",
        "sample-blocked",
        "resumes-retires",
        "resumes-retires-too",
    ];
    let (plugins, watch) = (Plugins::new(SAMPLE, &ids), LiveProcesses::new());
    let stubborn = (IGNORE_SIGTERM.to_owned(), "1".to_owned());
    let env = vec![watch.env(), stubborn];
    let mut shell = ShellProcess::start_with(
        plugins.root(),
        RunOptions {
            env,
            ..RunOptions::default()
        },
    );
    let state = shell.state.to_str().unwrap().to_owned();
    let order = |order: &'static str, id: &'static str, more: &'static [&'static str]| {
        let state = state.clone();
        thread::spawn(move || {
            stratos(
                Path::new("."),
                [&[order, "--state", &state, id], more].concat(),
            )
        })
    };
    let set = |shell: &ShellProcess, id, key| {
        let set = shell.command(&["config", "set", "--force", id, key, "true"]);
        assert_eq!(set.code, Some(0), "{set:?}");
    };
    let is_hanging = |id: &'static str| {
        move |event: &serde_json::Value| event["plugin"] == id && event["message"] == "hanging"
    };
    let block = |shell: &mut ShellProcess, id: &'static str| {
        // The plugin may or may not answer before its runtime is blocked.
        let call = order("call", id, &["block", "null"]);
        shell.wait_for(move |event| event["plugin"] == id && event["message"] == "blocking");
        call
    };

    // Three plugins hang: in `on_start`, in `on_resume` and in `on_stop`.
    set(&shell, "sample-starts", "hang_in_start");
    assert_eq!(shell.command(&["stop", "sample-starts"]).code, Some(0));
    let start = order("start", "sample-starts", &[]);
    shell.wait_for(is_hanging("sample-starts"));
    set(&shell, "resumes-twice", "hang_in_resume");
    let update = order("update", "resumes-twice", &[]);
    shell.wait_for(is_hanging("resumes-twice"));
    set(&shell, "sample-stops", "hang_in_stop");
    // Three plugins have a blocked runtime, two of them while their old generation drains.
    let mut calls = vec![block(&mut shell, "sample-blocked")];
    // A generation that answers a request is not stopped before its response ends.
    let mut requests = Vec::new();
    for id in ["resumes-retires", "resumes-retires-too"] {
        requests.push(stream(shell.address, id));
        calls.push(block(&mut shell, id));
        let updated = shell.control().command(id, "update");
        assert_eq!(updated.status, 200, "{updated:?}");
        calls.push(block(&mut shell, id));
    }
    assert!(
        watch.wait_for(9, Duration::from_secs(10)),
        "{:?}",
        watch.alive()
    );

    let begin = Instant::now();
    let (status, _) = shell.interrupt();
    let took = begin.elapsed();
    println!("ended within {took:?}");
    assert!(status.success(), "{status:?}");
    assert!(took < SHUTDOWN_TIMEOUT, "{took:?}");
    assert!(
        watch.wait_for(0, Duration::from_secs(10)),
        "left: {:?}",
        watch.alive()
    );
    for given_up in [start, update] {
        let told = given_up.join().unwrap();
        assert_eq!(told.code, Some(1), "{told:?}");
    }
    calls.into_iter().for_each(|call| drop(call.join()));
}

/// Sends a request whose response begins and never ends.
#[cfg(unix)]
fn stream(address: SocketAddr, id: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("GET /api/{id}/stream HTTP/1.1\r\nHost: {address}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 200");
    stream
}
