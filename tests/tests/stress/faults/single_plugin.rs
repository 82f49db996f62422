//! Faults in a shell with one plugin.

use std::fs;
#[cfg(target_os = "linux")]
use std::time::Duration;

use serde_json::Value;
#[cfg(target_os = "linux")]
use stratos_tests::wait_at_most;
use stratos_tests::{FAULT_LOG_DIR, Plugins, RunOptions, ShellProcess, fault_log};

use super::{HOSTILE, SAMPLE};

/// A shell with one hostile plugin.
struct HostileShell {
    plugins: Plugins,
    shell: ShellProcess,
}

impl HostileShell {
    fn start(fault: &str, args: &[&str]) -> Self {
        let plugins = Plugins::new(SAMPLE, &[]);
        plugins.add(HOSTILE, fault);
        let folder = plugins.root().join("fault-log");
        fs::create_dir(&folder).unwrap();
        let options = RunOptions {
            env: vec![(
                FAULT_LOG_DIR.to_owned(),
                folder.to_str().unwrap().to_owned(),
            )],
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            ..RunOptions::default()
        };
        let shell = ShellProcess::start_with(plugins.root(), options);
        Self { plugins, shell }
    }

    fn fault_log(&self, fault: &str) -> Vec<String> {
        fault_log(&self.plugins.root().join("fault-log"), fault)
    }

    /// The id of the plugin's child process.
    #[cfg(target_os = "linux")]
    fn child(&self, does: &str) -> i32 {
        let marks = self.fault_log(if does == "stays" {
            "leaves-a-child"
        } else {
            "child-escapes"
        });
        let pid = marks[0].strip_prefix(&format!("{does} as "));
        pid.expect("the child logs its process id").parse().unwrap()
    }
}

#[test]
fn a_nonce_is_good_for_one_connection() {
    let mut single = HostileShell::start("two-connections", &[]);
    single
        .shell
        .expect(|event| event["state"]["name"] == "running");
    let seen = single.fault_log("two-connections");
    assert_eq!(seen, ["the second: closed, a third: refused"]);
}

#[cfg(target_os = "linux")]
#[test]
fn child_processes_end_with_their_plugin() {
    let single = HostileShell::start("leaves-a-child", &[]);
    let child = single.child("stays");
    assert!(is_running(child), "the child process runs");
    let stopped = single.shell.control().command("leaves-a-child", "stop");
    assert_eq!(stopped.status, 200);
    assert!(exits_soon(child), "the child outlived its plugin");
    let (_, events) = single.shell.interrupt();
    let blamed = |event: &&Value| event.to_string().contains("left its process group");
    assert_eq!(
        events.iter().find(blamed),
        None,
        "a child process in the group is not reported"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_process_in_another_group_is_killed_and_reported() {
    let mut single = HostileShell::start("child-escapes", &[]);
    let child = single.child("escapes");
    let stopped = single.shell.control().command("child-escapes", "stop");
    assert_eq!(stopped.status, 200);
    assert!(exits_soon(child), "the child outlived its plugin");
    let named = format!("process {child} (`");
    single.shell.expect(|event| {
        let text = event["message"].as_str();
        text.is_some_and(|text| text.contains(&named) && text.contains("left its process group"))
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_process_in_another_group_ends_with_a_killed_shell() {
    let single = HostileShell::start("child-escapes", &[]);
    let child = single.child("escapes");
    single.shell.kill();
    assert!(exits_soon(child), "the child outlived the shell");
}

#[test]
fn a_crash_loop_ends_with_an_errored_plugin() {
    let mut single = HostileShell::start("crashes-later", &["--supervise"]);
    let is_over = |event: &Value| event["state"]["name"] == "errored";
    single.shell.wait_for(is_over);
    let crashes = single.fault_log("crashes-later");
    assert_eq!(crashes.len(), 5, "{crashes:?}");
}

#[cfg(target_os = "linux")]
fn is_running(process: i32) -> bool {
    // A zombie counts as exited.
    let status = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    !status.is_empty() && !status.contains(") Z ")
}

/// Waits for the exit of a process. Kills it and returns false after a timeout.
#[cfg(target_os = "linux")]
fn exits_soon(process: i32) -> bool {
    use rustix::process::{Pid, Signal, kill_process};

    let has_ended = wait_at_most(Duration::from_secs(10), || !is_running(process));
    if !has_ended {
        let _ = kill_process(Pid::from_raw(process).unwrap(), Signal::KILL);
    }
    has_ended
}
