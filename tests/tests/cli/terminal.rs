//! Terminal output and key bindings of `cargo stratos run`.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::iter;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
#[cfg(target_os = "linux")]
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use stratos_host::remote::HostFile;
use stratos_tests::{Plugins, TIMEOUT, cargo_stratos, request, stratos};
#[cfg(target_os = "linux")]
use stratos_tests::{Requirement, wait_until};

use crate::SAMPLE;

#[test]
fn the_status_block_lists_plugins_and_next_steps() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    insta::assert_snapshot!(status_block(&plugins, "sample"));
}

#[test]
fn the_status_block_shows_the_reason_of_an_error() {
    let plugins = Plugins::new(SAMPLE, &["fails"]);
    insta::assert_snapshot!(status_block(&plugins, "fails"));
}

#[test]
fn the_status_block_shows_plugins_without_a_program() {
    let plugins = Plugins::new(SAMPLE, &["ui"]);
    std::fs::remove_file(plugins.program("ui")).unwrap();
    insta::assert_snapshot!(status_block(&plugins, "ui"));
}

#[test]
fn log_lines_have_the_plugin_id_and_no_escape_sequences() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let (shell, output) = run(&plugins, "sample");
    let all = end(shell, output);
    for expected in [
        "sample starting",
        "sample info  [stdout] printed by sample",
        "sample warn  [stderr] complained by sample",
        "sample info  [sample] started {\"starts\":1}",
        "sample running",
        "sample info  [sample] stopped",
        "sample stopped",
    ] {
        assert!(
            all.lines().any(|line| line == expected),
            "{expected}: {all}"
        );
    }
    assert!(!all.contains('\u{1b}'), "{all:?}");
}

#[test]
fn a_line_on_stderr_is_one_write() {
    let folder = tempfile::tempdir().unwrap();
    // Each datagram is one write.
    let (ours, theirs) = UnixDatagram::pair().unwrap();
    let status = Command::new(cargo_stratos())
        .arg("ps")
        .current_dir(folder.path())
        .stderr(OwnedFd::from(theirs))
        .status();
    assert_eq!(status.unwrap().code(), Some(2));
    ours.set_nonblocking(true).unwrap();
    let mut buffer = [0; 4096];
    let writes = iter::from_fn(|| {
        let length = ours.recv(&mut buffer).ok()?;
        Some(String::from_utf8_lossy(&buffer[..length]).into_owned())
    });
    let writes: Vec<_> = writes.collect();
    assert_eq!(writes.len(), 3, "{writes:?}");
    assert!(writes.iter().all(|line| line.ends_with('\n')), "{writes:?}");
}

#[test]
fn requests_calls_and_config_changes_have_lines() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let folder = plugins.root().join("sample");
    let (shell, output) = run(&plugins, "sample");
    let port = HostFile::read(&folder.join(".stratos")).unwrap().port;
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    for path in ["/api/sample/hello/x?a=1", "/api/nobody"] {
        let _ = request(address, "GET", path, &[], "");
    }
    let long = "x".repeat(1000);
    for arguments in [
        ["call", "sample", "add", "[1, 2]"].as_slice(),
        &["call", "sample", "add", "1"],
        &["call", "sample", "fail"],
        &["call", "sample", "push", &format!("\"{long}\"")],
        &["config", "set", "--force", "sample", "home", "\"EDDF\""],
        &["config", "set", "--force", "sample", "api_key", "\"1234\""],
        &[
            "config",
            "set",
            "--force",
            "sample",
            "long",
            &format!("\"{long}\""),
        ],
        &["config", "delete", "sample", "home"],
    ] {
        let _ = stratos(&folder, arguments);
    }
    let all = end(shell, output);
    let cut = "x".repeat(319);
    for (begin, finish) in [
        ("sample config  starts 1 by the plugin", ""),
        ("sample GET /api/sample/hello/x?a=1 200 ", "ms"),
        ("       GET /api/nobody 404 ", "ms"),
        ("sample call  add ", "ms"),
        (
            "sample call  add failed ",
            "channel `add` does not take this payload: invalid type: integer `1`, expected a tuple of size 2",
        ),
        ("sample call  fail failed ", "ms: as asked"),
        (
            &format!("sample push  pushed \"{cut}... (682 more bytes)"),
            "",
        ),
        ("sample config  home \"EDDF\" by the user", ""),
        ("sample config  api_key [redacted] by the user", ""),
        (
            &format!("sample config  long \"{cut}... (682 more bytes) by the user"),
            "",
        ),
        ("sample config  home removed by the user", ""),
    ] {
        let is_line = |line: &str| line.starts_with(begin) && line.ends_with(finish);
        assert!(all.lines().any(is_line), "{begin}: {all}");
    }
}

#[test]
fn a_plugin_that_does_not_run_here_cannot_be_selected() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let run = stratos(
        plugins.root(),
        ["run", "--port", "auto", "--log-plugin", "simple"],
    );
    assert_eq!(run.code, Some(2), "{run:?}");
    let expected =
        "error: `--log-plugin simple`: there is no such plugin here\nhelp: use one of sample\n";
    assert_eq!(run.stderr, expected);
}

#[test]
fn colours_of_a_plugin_are_shown_and_other_escape_sequences_are_not() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let (shell, mut output) = run_with(&plugins, "sample", &["--color", "always"]);
    let text = r#"["\u001b[31mred\u001b[2J\u0007", 1]"#;
    let printed = stratos(
        &plugins.root().join("sample"),
        ["call", "sample", "print", text],
    );
    assert_eq!(printed.code, Some(0), "{printed:?}");
    output.wait_for("the end");
    let line = "\u{1b}[31mred\\u{1b}[2J\\u{7}\u{1b}[0m\n";
    assert!(output.printed.contains(line), "{:?}", output.printed);
    end(shell, output);
}

/// The status block, with the port replaced.
fn status_block(plugins: &Plugins, id: &str) -> String {
    let (shell, output) = run(plugins, id);
    let printed = output.printed.clone();
    end(shell, output);
    let begin = printed.find("Mocked Stratos shell").expect("the block");
    let port = printed[begin..]
        .lines()
        .next()
        .and_then(|line| line.rsplit(':').next())
        .expect("a port");
    printed[begin..].replace(port, "PORT")
}

/// Starts a shell and reads its output up to the end of the status block.
fn run(plugins: &Plugins, id: &str) -> (Child, Output) {
    run_with(plugins, id, &[])
}

fn run_with(plugins: &Plugins, id: &str, args: &[&str]) -> (Child, Output) {
    let mut shell = Command::new(cargo_stratos())
        .args(["run", "--port", "auto"])
        .args(args)
        .current_dir(plugins.root().join(id))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = Output::of(&mut shell);
    output.wait_for("Ctrl-C stops.");
    (shell, output)
}

/// Stops a shell and returns all of its output.
fn end(mut shell: Child, output: Output) -> String {
    let pid = Pid::from_raw(i32::try_from(shell.id()).unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    let printed = output.read_to_end();
    shell.wait().unwrap();
    printed
}

/// Standard output of a child, read on a thread, so that each wait for it ends after [`TIMEOUT`].
struct Output {
    lines: Receiver<String>,
    printed: String,
}

impl Output {
    fn of(child: &mut Child) -> Self {
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            let mut line = String::new();
            while output.read_line(&mut line).is_ok_and(|length| length > 0) {
                let _ = sender.send(std::mem::take(&mut line));
            }
        });
        let printed = String::new();
        Self { lines, printed }
    }

    /// Waits for a text in the lines after those of earlier waits.
    fn wait_for(&mut self, text: &str) {
        self.wait_for_all(&[text]);
    }

    /// Like [`wait_for`](Self::wait_for), with several texts in any order.
    fn wait_for_all(&mut self, texts: &[&str]) {
        let from = self.printed.len();
        while !texts.iter().all(|text| self.printed[from..].contains(text)) {
            match self.lines.recv_timeout(TIMEOUT) {
                Ok(line) => self.printed.push_str(&line),
                Err(error) => panic!("no {texts:?}: {error}: {}", self.printed),
            }
        }
    }

    /// Reads to the end and returns all lines.
    fn read_to_end(mut self) -> String {
        self.printed.extend(self.lines.iter());
        self.printed
    }
}

/// Runs a shell in a terminal of `script`. The settings of the terminal are printed before and after.
/// `None`, with a line that the test is skipped, when `script` is missing.
#[cfg(target_os = "linux")]
fn in_a_terminal(plugins: &Plugins, arguments: &str) -> Option<Child> {
    let mut script = Requirement::Script.program()?;
    let program = cargo_stratos().display();
    let command = format!("stty -g; '{program}' run --port auto {arguments}; stty -g");
    script.args(["--quiet", "--return", "--flush", "--command"]);
    script.args([&command, "/dev/null"]);
    // A browser that writes the URL to a file.
    let browser = plugins.root().join("browser");
    std::fs::write(&browser, "#!/bin/sh\necho \"$1\" > \"$0.opened\"\n").unwrap();
    std::fs::set_permissions(&browser, PermissionsExt::from_mode(0o755)).unwrap();
    let script = script
        .current_dir(plugins.root().join("sample"))
        .env("TERM", "xterm")
        .env("BROWSER", browser)
        .env_remove("CI")
        .env_remove("NO_COLOR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    Some(script.spawn().unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn key_bindings_work_and_the_terminal_is_restored() {
    use std::io::Write as _;

    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let Some(mut script) = in_a_terminal(&plugins, "") else {
        return;
    };
    let mut keys = script.stdin.take().unwrap();
    let mut output = Output::of(&mut script);
    let mut wait_for = |text: &str| output.wait_for(text);
    wait_for("h shows the keys");
    keys.write_all(b"h").unwrap();
    wait_for("stop the shell");
    keys.write_all(b"s").unwrap();
    wait_for("signed out");
    keys.write_all(b"s").unwrap();
    wait_for("signed in");
    keys.write_all(b"p").unwrap();
    wait_for("/api/sample");
    for (key, text) in [
        ("t", "config changes are hidden"),
        ("t", "config changes are shown"),
        ("l", "level info and above"),
        ("l", "level warn and above"),
        ("l", "level error"),
        ("l", "all levels"),
        ("f", "events of sample only"),
        ("f", "events of all plugins"),
    ] {
        keys.write_all(key.as_bytes()).unwrap();
        wait_for(text);
    }
    keys.write_all(b"o").unwrap();
    wait_for("opening http://127.0.0.1:");
    let opened = wait_for_browser(&plugins);
    keys.write_all(b"r").unwrap();
    wait_for("was updated");
    keys.write_all(b"R").unwrap();
    wait_for("stopped");
    wait_for("running");
    keys.write_all(b"q").unwrap();
    let printed = output.read_to_end();
    assert!(script.wait().unwrap().success(), "{printed}");
    assert!(
        printed.contains(&format!("opening {}", opened.trim())),
        "{opened}"
    );
    let mut lines = printed.lines().map(str::trim_end);
    let (first, last) = (lines.next(), lines.next_back());
    assert!(first.is_some_and(|line| line.contains(':')), "{printed}");
    assert_eq!(first, last, "the terminal settings are restored");
    let begun = printed.find("h shows the keys").unwrap();
    let raw = &printed[begun..printed.find("stopping").unwrap()];
    assert!(
        !raw.replace("\r\n", "").contains('\n'),
        "every line feed has a carriage return: {raw:?}"
    );
    assert!(raw.contains("\u{1b}["), "the output has colours");
}

/// Waits for the URL that the browser was asked to open.
#[cfg(target_os = "linux")]
fn wait_for_browser(plugins: &Plugins) -> String {
    let file = plugins.root().join("browser.opened");
    let opened = || std::fs::read_to_string(&file).unwrap_or_default();
    wait_until("the browser is started", || opened().ends_with('\n'));
    opened()
}

/// The wait itself is tested in virtual time, by the host's unit tests.
#[cfg(target_os = "linux")]
#[test]
fn attach_waits_for_enter() {
    use std::io::Write as _;

    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let Some(mut script) = in_a_terminal(&plugins, "--attach") else {
        return;
    };
    let mut keys = script.stdin.take().unwrap();
    let mut output = Output::of(&mut script);
    output.wait_for("then press Enter here");
    assert!(
        output.printed.contains("`rust-gdb -p "),
        "{}",
        output.printed
    );
    keys.write_all(b"\r").unwrap();
    output.wait_for_all(&["h shows the keys", "printed by sample"]);
    keys.write_all(b"q").unwrap();
    let printed = output.read_to_end();
    assert!(script.wait().unwrap().success(), "{printed}");
}

/// The output is a second terminal, which is closed.
#[cfg(target_os = "linux")]
#[test]
fn the_terminal_is_restored_after_an_error() {
    use std::io::Write as _;

    use rustix::termios::{LocalModes, tcgetattr};

    let is_cooked = |input| {
        let modes = tcgetattr(input).unwrap().local_modes;
        modes.contains(LocalModes::ICANON)
    };
    let Some(mut setsid) = Requirement::Setsid.program() else {
        return;
    };
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let ((mut keys, input), (mut screen, output)) = (terminal(), terminal());
    let before = tcgetattr(&input).unwrap();
    // A process can read only from the terminal of its session.
    let mut shell = setsid
        .args(["--ctty", "--wait"])
        .arg(cargo_stratos())
        .args(["run", "--port", "auto"])
        .current_dir(plugins.root().join("sample"))
        .env("TERM", "xterm")
        .env_remove("CI")
        .env_remove("NO_COLOR")
        .stdin(input.try_clone().unwrap())
        .stdout(output)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut printed, mut bytes) = (String::new(), [0; 1024]);
    while !printed.contains("h shows the keys") {
        let length = screen.read(&mut bytes).unwrap();
        printed.push_str(&String::from_utf8_lossy(&bytes[..length]));
    }
    wait_until("single keys are read", || !is_cooked(&input));
    drop(screen);
    // The next output fails.
    keys.write_all(b"p").unwrap();
    let mut said = String::new();
    shell
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!(shell.wait().unwrap().code(), Some(3), "{said}");
    assert!(said.contains("cannot print"), "{said}");
    let after = tcgetattr(&input).unwrap();
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_terminal_shuts_the_shell_down() {
    let Some(mut setsid) = Requirement::Setsid.program() else {
        return;
    };
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let (person, input) = terminal();
    let folder = plugins.root().join("sample");
    let mut shell = setsid
        .args(["--ctty", "--wait"])
        .arg(cargo_stratos())
        .args(["run", "--port", "auto"])
        .current_dir(&folder)
        .stderr(input.try_clone().unwrap())
        .stdin(input)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(shell.stdout.take().unwrap());
    let mut printed = String::new();
    while !printed.contains("Ctrl-C stops") {
        assert!(output.read_line(&mut printed).unwrap() > 0, "{printed}");
    }
    drop(person);
    // The login shell sends SIGHUP too.
    let pid = Pid::from_raw(i32::try_from(shell.id()).unwrap()).unwrap();
    kill_process(pid, Signal::HUP).unwrap();
    output.read_to_string(&mut printed).unwrap();
    assert!(shell.wait().unwrap().success(), "{printed}");
    let stops = stratos(&folder, ["config", "get", "sample", "stops"]);
    assert_eq!(stops.stdout, "1\n", "`on_stop` ran: {stops:?}");
}

/// A pseudo terminal: the side of the person, and the side of the program.
#[cfg(target_os = "linux")]
fn terminal() -> (std::fs::File, std::fs::File) {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    // Without `CLOEXEC`, the program would inherit the person's side and keep it open.
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let ours = openpt(flags).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
    let theirs = std::fs::File::options()
        .read(true)
        .write(true)
        .open(name)
        .unwrap();
    (std::fs::File::from(ours), theirs)
}
