//! Environment variables of plugin processes.

use std::fs;
use std::path::Path;

use stratos_tests::{Plugins, RunOptions, ShellProcess, report, request, stratos};
#[cfg(unix)]
use {
    serde_json::json,
    std::process::Command,
    stratos_host::StateDir,
    stratos_tests::{CommandOutput, cargo_stratos},
};

use crate::SAMPLE;

#[test]
fn env_variables_come_from_stratos_toml_the_command_line_and_the_shell() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let settings = plugins.root().join("sample/stratos.toml");
    let version = |args: &[&str], own: Option<&str>| {
        let options = RunOptions {
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            env: own
                .map(|own| ("SAMPLE_VERSION".to_owned(), own.to_owned()))
                .into_iter()
                .collect(),
            ..RunOptions::default()
        };
        let shell = ShellProcess::start_with(plugins.root(), options);
        shell.get("/api/sample/version").body
    };
    assert_eq!(version(&[], Some("own")), "own", "it is inherited");
    fs::write(&settings, "[env]\nSAMPLE_VERSION = \"settings\"\n").unwrap();
    assert_eq!(version(&[], Some("own")), "settings");
    assert_eq!(version(&["--env", "SAMPLE_VERSION=a=b"], None), "a=b");
    assert_eq!(version(&["--env", "SAMPLE_VERSION"], Some("own")), "own");
}

/// The variables of each plugin are its own, and those of a folder around all plugins are for all.
#[test]
fn every_stratos_toml_around_a_plugin_counts() {
    let plugins = Plugins::new(SAMPLE, &["sample", "other"]);
    let write = |folder: &str, text: &str| {
        fs::write(plugins.root().join(folder).join("stratos.toml"), text).unwrap();
    };
    write("", "[env]\nSAMPLE_VERSION = \"all\"\n");
    let origin = "[dev]\norigins = [\"http://localhost:5173\"]\n";
    let persona = "[auth.crew]\nsigned_in = false\n";
    let env = "[env]\nSAMPLE_VERSION = \"own\"\n";
    write("other", &[env, origin, persona].concat());

    let mut shell = ShellProcess::watch(plugins.root());
    assert_eq!(shell.get("/api/sample/version").body, "all");
    assert_eq!(shell.get("/api/other/version").body, "own");
    assert_eq!(shell.command(&["auth", "crew"]).code, Some(0));
    let ask = |shell: &ShellProcess| {
        let origin = ["Origin: http://localhost:5173"];
        request(shell.address, "GET", "/api/sample/version", &origin, "").status
    };
    assert_eq!(ask(&shell), 200);

    write("other", &env.replace("own", "new"));
    shell.wait_for(|event| event["event"] == "reread");
    assert_eq!(ask(&shell), 403);
    for plugin in ["sample", "other"] {
        assert_eq!(shell.command(&["update", plugin]).code, Some(0));
    }
    assert_eq!(shell.get("/api/other/version").body, "new");
    assert_eq!(shell.get("/api/sample/version").body, "all");
}

/// The personas of the folder that a person stands in can be used, whatever plugin is run.
#[test]
fn the_stratos_toml_of_the_current_folder_counts() {
    let plugins = Plugins::new(SAMPLE, &["sample", "other"]);
    let current = plugins.root().join("current");
    fs::create_dir(&current).unwrap();
    fs::write(
        current.join("stratos.toml"),
        "[auth.crew]\nsigned_in = false\n",
    )
    .unwrap();
    for paths in [&["../sample"][..], &["../sample", "../other"]] {
        let run = [
            "run",
            "--port",
            "auto",
            "--exit-when-ready",
            "--auth",
            "crew",
        ];
        let finished = stratos(&current, [&run, paths].concat());
        assert_eq!(finished.code, Some(0), "{finished:?}");
        assert!(
            finished.stderr.contains("settings from stratos.toml\n"),
            "{finished:?}"
        );
    }
}

/// The settings of a repository end at its root, whatever folder the command is run in.
#[test]
fn every_stratos_toml_up_to_the_root_of_the_repository_counts() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let repository = plugins.root().join("repository");
    let folder = repository.join("plugins/sample");
    fs::create_dir_all(repository.join("plugins")).unwrap();
    fs::create_dir(repository.join(".git")).unwrap();
    fs::rename(plugins.root().join("sample"), &folder).unwrap();
    for (place, persona) in [(plugins.root(), "outside"), (&repository, "crew")] {
        let text = format!("[auth.{persona}]\nsigned_in = false\n");
        fs::write(place.join("stratos.toml"), text).unwrap();
    }
    let run = |persona: &str| {
        let run = ["run", "--port", "auto", "--exit-when-ready", "--auth"];
        stratos(&folder, [&run[..], &[persona]].concat())
    };
    let crew = run("crew");
    assert_eq!(crew.code, Some(0), "{crew:?}");
    let outside = run("outside");
    assert_eq!(outside.code, Some(2), "{outside:?}");
    fs::remove_dir(repository.join(".git")).unwrap();
    let without_repository = run("crew");
    assert_eq!(without_repository.code, Some(2), "{without_repository:?}");
}

#[test]
fn two_different_personas_of_one_name_are_refused_with_their_places() {
    let plugins = Plugins::new(SAMPLE, &["sample", "other"]);
    for (folder, text) in [
        ("sample", "[auth.crew]\nsigned_in = false\n"),
        ("other", "[dev]\n\n[auth.crew]\nsigned_in = true\n"),
    ] {
        fs::write(plugins.root().join(folder).join("stratos.toml"), text).unwrap();
    }
    let refused = stratos(plugins.root(), ["run", "--port", "auto"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    let stderr = refused.stderr.replace('\\', "/");
    assert!(
        stderr.contains("other/stratos.toml:3:7 and sample/stratos.toml:1:7"),
        "{stderr}"
    );
}

#[test]
fn changed_env_settings_apply_at_the_next_start() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let settings = plugins.root().join("sample/stratos.toml");
    let mut shell = ShellProcess::watch(plugins.root());
    assert_eq!(shell.get("/api/sample/version").body, "");
    fs::write(&settings, "[env]\nSAMPLE_VERSION = \"new\"\n").unwrap();
    shell.wait_for(|event| event["event"] == "reread");
    assert_eq!(shell.get("/api/sample/version").body, "");
    assert_eq!(shell.command(&["update", "sample"]).code, Some(0));
    assert_eq!(shell.get("/api/sample/version").body, "new");
}

#[test]
fn reserved_env_names_are_refused() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let refused = |args: &[&str]| {
        let run = ["run", "--port", "auto", "--exit-when-ready"];
        let finished = stratos(&plugins.root().join("sample"), [&run, args].concat());
        assert_eq!(finished.code, Some(2), "{finished:?}");
        finished.stderr
    };
    let reserved = refused(&["--env", "STRATOS_SOCKET=here"]);
    assert!(
        reserved.contains("`STRATOS_SOCKET` is reserved"),
        "{reserved}"
    );
    assert!(refused(&["--env", "=x"]).contains("is not a valid name"));
    let missing = refused(&["--env", "NOWHERE_TO_BE_FOUND"]);
    assert!(missing.contains("this variable is not set"), "{missing}");
    let settings = plugins.root().join("sample/stratos.toml");
    fs::write(settings, "[env]\nSTRATOS_NONCE = \"x\"\n").unwrap();
    let reserved = refused(&[]);
    assert!(
        reserved.contains("`STRATOS_NONCE` is reserved"),
        "{reserved}"
    );
    assert!(reserved.contains("stratos.toml is not valid"), "{reserved}");
}

#[test]
fn the_login_token_is_not_written_to_disk_or_logs() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let mut shell = ShellProcess::start(plugins.root());
    let login = shell.call("sample", "login", "null").stdout;
    let login: serde_json::Value = serde_json::from_str(&login).unwrap();
    let token = login["token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("mock-"), "the plugin has the token");
    let pid = shell.get("/api/sample/pid").body;
    let says = |bytes: &[u8]| {
        let mut windows = bytes.windows(token.len());
        windows.any(|window| window == token.as_bytes())
    };
    if cfg!(target_os = "linux") {
        for pid in [pid, shell.pid().to_string()] {
            for file in ["environ", "cmdline"] {
                let bytes = fs::read(format!("/proc/{pid}/{file}")).unwrap();
                assert!(!bytes.is_empty() && !says(&bytes), "{file} of {pid}");
            }
        }
    } else {
        report("skipped: the environment of a process is read on Linux only");
    }
    // All events from the start to the stop of the plugin.
    assert_eq!(shell.command(&["stop", "sample"]).code, Some(0));
    shell.wait_for_state("sample", "stopped");
    shell.expect(|event| event.to_string().contains("printed by"));
    let events: String = shell.events.iter().map(ToString::to_string).collect();
    assert!(!says(events.as_bytes()));
    assert!(!says(shell.stderr().as_bytes()));
    each_file(plugins.root(), &mut |path, bytes| {
        assert!(!says(bytes), "{}", path.display());
    });
}

fn each_file(folder: &Path, look: &mut impl FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap().map_while(Result::ok) {
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => each_file(&entry.path(), look),
            kind if kind.is_file() => look(&entry.path(), &fs::read(entry.path()).unwrap()),
            _ => {}
        }
    }
}

#[cfg(unix)]
#[test]
fn sockets_lie_in_another_folder_if_the_temporary_one_has_a_long_path() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let long = plugins.root().join("x".repeat(100));
    let runtime_dir = tempfile::tempdir().unwrap();
    fs::create_dir(&long).unwrap();
    let variable = |name: &str, path: &Path| (name.to_owned(), path.display().to_string());
    let options = RunOptions {
        env: vec![
            variable("TMPDIR", &long),
            variable("XDG_RUNTIME_DIR", runtime_dir.path()),
        ],
        ..RunOptions::default()
    };
    let shell = ShellProcess::start_with(plugins.root(), options);
    assert_eq!(shell.get("/api/sample/hello/x").status, 200);
    assert_eq!(fs::read_dir(runtime_dir.path()).unwrap().count(), 1);
    drop(shell);
    let options = RunOptions {
        env: vec![
            variable("TMPDIR", &long),
            variable("XDG_RUNTIME_DIR", &long),
        ],
        ..RunOptions::default()
    };
    let shell = ShellProcess::start_with(plugins.root(), options);
    assert_eq!(shell.get("/api/sample/hello/x").status, 200, "in /tmp");
}

#[cfg(unix)]
#[test]
fn the_limit_on_open_files_is_named() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let limited = run_with_limit(&plugins, "-n 16");
    assert!(
        limited
            .stderr
            .contains("this process may open only 16 files"),
        "{limited:?}"
    );
    assert_eq!(limited.code, Some(2));
}

/// The limit would end the process with SIGXFSZ at the first write beyond it.
#[cfg(unix)]
#[test]
fn the_limit_on_the_size_of_files_is_an_error_and_config_values_are_kept() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let state = plugins.root().join("sample/.stratos");
    // In units of 512 bytes.
    let limits = ["-f 1", "-f 8"];
    for limit in limits {
        let limited = run_with_limit(&plugins, limit);
        assert_eq!(limited.code, Some(3), "{limited:?}");
        assert!(limited.stderr.contains("File too large"), "{limited:?}");
    }
    let open = || {
        let state = StateDir::open(&state).unwrap();
        assert_eq!(state.notices(), []);
        state
    };
    open()
        .store()
        .set("sample", "home", &json!("EDDF"))
        .unwrap();
    for limit in limits {
        let limited = run_with_limit(&plugins, limit);
        assert_eq!(limited.code, Some(1), "{limited:?}");
        let reason = "errored: cannot copy the program";
        assert!(limited.stdout.contains(reason), "{limited:?}");
        assert!(limited.stdout.contains(".stratos/programs"), "{limited:?}");
        let home = open().store().get("sample", "home").unwrap();
        assert_eq!(home, Some(json!("EDDF")));
    }
}

/// Runs the sample plugin until it is ready, with this argument of `ulimit`.
#[cfg(unix)]
fn run_with_limit(plugins: &Plugins, limit: &str) -> CommandOutput {
    let script = format!("ulimit {limit}; exec \"$0\" run --port auto --exit-when-ready .");
    let output = Command::new("sh")
        .args(["-c", &script])
        .arg(cargo_stratos())
        .current_dir(plugins.root().join("sample"))
        .output()
        .expect("a shell runs");
    CommandOutput {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
