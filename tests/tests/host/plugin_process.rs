//! A plugin's program without a shell, and a shell with an existing state folder or a closed stdout.

use std::process::{Command, Stdio};

use stratos_tests::{Plugins, ShellProcess, spawn_copied};

use crate::SAMPLE;

#[test]
fn a_plugin_started_by_hand_explains_how_to_run_it() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let mut program = Command::new(plugins.program("sample"));
    let program = spawn_copied(program.stderr(Stdio::piped()));
    let output = program.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap().trim_end(),
        "error: `sample` is a Stratos plugin, which only a shell can start: run `cargo stratos run` in its project"
    );
}

#[test]
fn a_plugin_without_sockets_reports_an_error() {
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
        .env("STRATOS_PLUGIN_FOLDER", plugins.root())
        .env("STRATOS_DATA_FOLDER", plugins.root())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = spawn_copied(&mut program);
    let lifeline = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(lifeline);
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.starts_with("error: cannot connect to the shell: "),
        "{stderr}"
    );
}

#[test]
fn an_existing_state_folder_keeps_its_files() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let state = plugins.root().join("state");
    std::fs::create_dir_all(state.join("programs/mine")).unwrap();
    std::fs::create_dir_all(state.join("programs/run-of-a-killed-shell")).unwrap();
    std::fs::write(state.join(".host.json.x1Y2z3"), "{\"token\": \"old\"").unwrap();
    let shell = ShellProcess::start(plugins.root());
    assert_eq!(shell.get("/api/sample/hello/x").status, 200);
    assert!(
        state.join("programs/mine").exists(),
        "files of other programs are kept"
    );
    assert!(
        !state.join("programs/run-of-a-killed-shell").exists(),
        "ours"
    );
    assert!(!state.join(".host.json.x1Y2z3").exists(), "a partial file");
    assert!(
        !state.join(".gitignore").exists(),
        "an existing folder gets no .gitignore"
    );
}

#[cfg(unix)]
#[test]
fn a_closed_stdout_shuts_the_shell_down() {
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
    // All events of the start, in any order.
    let mut said = vec!["\"ready\"", "printed by sample", "complained by sample"];
    let mut lines = output.lines().map_while(Result::ok);
    while !said.is_empty() {
        let line = lines.next().expect("the reply continues");
        said.retain(|text| !line.contains(text));
    }
    drop(lines);
    // The next line is printed to a closed pipe.
    let push = ["call", "sample", "push", "1", "--state"]
        .map(OsString::from)
        .into_iter();
    assert_eq!(
        stratos(plugins.root(), push.chain([state.into_os_string()])).code,
        Some(0)
    );
    assert!(shell.wait().unwrap().success());
    let shell = ShellProcess::start(plugins.root());
    assert_eq!(shell.config("sample", "stops"), "1\n", "on_stop was called");
}
