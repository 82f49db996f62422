//! What a plugin's program does without its shell, and a shell without its disk.

use std::process::{Command, Stdio};

use stratos_tests::{Plugins, Running, spawn_new};

use crate::SAMPLE;

#[test]
fn started_by_hand_it_says_how_to_run_it() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let mut program = Command::new(plugins.program("sample"));
    let program = spawn_new(program.stderr(Stdio::piped()));
    let output = program.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap().trim_end(),
        "error: this is the Stratos plugin `sample`, which a shell starts: run `cargo stratos run` in its project"
    );
}

#[test]
fn without_its_sockets_it_fails_in_words() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let nowhere = |name: &str| match cfg!(windows) {
        true => format!(r"\\.\pipe\stratos-nowhere-{name}"),
        false => plugins.root().join(name).display().to_string(),
    };
    let mut program = Command::new(plugins.program("sample"));
    program
        .env("STRATOS_SOCKET", nowhere("c"))
        .env("STRATOS_HTTP_SOCKET", nowhere("h"))
        .env("STRATOS_NONCE", "n")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = spawn_new(&mut program);
    let lifeline = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(lifeline);
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.starts_with("error: cannot reach the shell: "),
        "{stderr}"
    );
}

#[test]
fn a_state_folder_that_was_there_keeps_what_is_in_it() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let state = plugins.root().join("state");
    std::fs::create_dir_all(state.join("programs/mine")).unwrap();
    std::fs::create_dir_all(state.join("programs/run-of-a-killed-shell")).unwrap();
    let shell = Running::start(plugins.root());
    assert_eq!(shell.get("/api/sample/hello/x").status, 200);
    assert!(state.join("programs/mine").exists(), "somebody else's");
    assert!(
        !state.join("programs/run-of-a-killed-shell").exists(),
        "ours"
    );
    assert!(
        !state.join(".gitignore").exists(),
        "a folder of others is not hidden from git"
    );
}

#[cfg(unix)]
#[test]
fn a_closed_output_stops_the_shell_in_order() {
    use std::ffi::OsString;
    use std::io::{BufRead as _, BufReader};

    use stratos_tests::{cargo_stratos, stratos};

    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let state = plugins.root().join("state");
    let mut shell = Command::new(cargo_stratos())
        .args(["run", "--port", "auto", "--json", "--state"])
        .arg(&state)
        .arg(plugins.root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = BufReader::new(shell.stdout.take().unwrap());
    // All that it says by itself, in whatever order.
    let mut said = vec!["\"ready\"", "printed by sample", "complained by sample"];
    let mut lines = output.lines().map_while(Result::ok);
    while !said.is_empty() {
        let line = lines.next().expect("it goes on");
        said.retain(|text| !line.contains(text));
    }
    drop(lines);
    // The next line that it prints finds nobody who reads it.
    let push = ["call", "sample", "push", "1", "--state"]
        .map(OsString::from)
        .into_iter();
    assert_eq!(
        stratos(plugins.root(), push.chain([state.into_os_string()])).code,
        Some(0)
    );
    assert!(shell.wait().unwrap().success());
    let shell = Running::start(plugins.root());
    assert_eq!(
        shell.command(&["config", "get", "sample", "stops"]).stdout,
        "1\n",
        "on_stop was called"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_what_was_stored_stays() {
    use std::io::Write as _;

    use stratos_tests::Options;

    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let state = plugins.root().join("small disk");
    std::fs::create_dir(&state).unwrap();
    let mount = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64m", "tmpfs"])
        .arg(&state)
        .output();
    if !mount.is_ok_and(|output| output.status.success()) {
        // Not by a macro, whose output would be hidden.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: a small disk needs root and mount"
        );
        return;
    }
    let _unmount = Unmount(state.clone());
    let shell = Running::start_with(
        plugins.root(),
        Options {
            state: Some(state.clone()),
            ..Options::default()
        },
    );
    assert_eq!(
        shell
            .command(&["config", "set", "sample", "home", "\"EDDF\""])
            .code,
        Some(0)
    );
    std::fs::write(state.join("ballast"), vec![0; 64 * 1024 * 1024]).unwrap_err();
    let large = format!("\"{}\"", "x".repeat(100_000));
    let failed =
        (0..100).map(|n| shell.command(&["config", "set", "sample", &format!("k{n}"), &large]));
    let failed = failed
        .filter(|set| set.code != Some(0))
        .take(1)
        .collect::<Vec<_>>();
    assert_eq!(failed[0].code, Some(1), "{failed:?}");
    assert!(
        failed[0].stderr.contains("cannot write the config store"),
        "{failed:?}"
    );
    assert_eq!(
        shell.command(&["config", "get", "sample", "home"]).stdout,
        "\"EDDF\"\n"
    );
    assert_eq!(shell.get("/api/sample/hello/x").status, 200);
    std::fs::remove_file(state.join("ballast")).unwrap();
    let again = shell.command(&["config", "set", "sample", "home", "\"EDDM\""]);
    assert_eq!(
        again.code,
        Some(0),
        "it recovers when there is room: {again:?}"
    );
    shell.kill();
    let shell = Running::start_with(
        plugins.root(),
        Options {
            state: Some(state.clone()),
            ..Options::default()
        },
    );
    assert_eq!(
        shell.command(&["config", "get", "sample", "home"]).stdout,
        "\"EDDM\"\n"
    );
}

#[cfg(target_os = "linux")]
struct Unmount(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl Drop for Unmount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
