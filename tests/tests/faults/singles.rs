//! Faults that need a shell of their own, and those that a control must see in seconds.

use std::fs;

use serde_json::Value;
use stratos_tests::{MARKS, Options, Plugins, Running, marks};

use crate::matrix::{processes_now, processes_with};
use crate::{HOSTILE, SAMPLE};

/// One hostile plugin in a shell.
struct Single {
    plugins: Plugins,
    shell: Running,
}

impl Single {
    fn start(fault: &str, args: &[&str]) -> Self {
        let plugins = Plugins::new(SAMPLE, &[]);
        plugins.add(HOSTILE, fault);
        let folder = plugins.root().join("marks");
        fs::create_dir(&folder).unwrap();
        let options = Options {
            env: vec![(MARKS.to_owned(), folder.to_str().unwrap().to_owned())],
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            ..Options::default()
        };
        let shell = Running::start_with(plugins.root(), options);
        Self { plugins, shell }
    }

    fn marks(&self, fault: &str) -> Vec<String> {
        marks(&self.plugins.root().join("marks"), fault)
    }

    fn name(&self) -> String {
        self.plugins.root().join("marks").display().to_string()
    }
}

#[test]
fn a_nonce_is_good_for_one_connection() {
    let mut single = Single::start("two-connections", &[]);
    single
        .shell
        .expect(|event| event["state"]["name"] == "running");
    let seen = single.marks("two-connections");
    assert_eq!(seen, ["the second: closed, a third: refused"]);
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_plugin_has_started_ends_with_it() {
    let single = Single::start("leaves-a-child", &[]);
    let name = single.name();
    // The shell itself, the plugin and its child.
    assert_eq!(processes_now(&name).len(), 3);
    assert_eq!(
        single
            .shell
            .control()
            .command("leaves-a-child", "stop")
            .status,
        200
    );
    let shell = single.shell.pid();
    let left = processes_with_others(&name, shell);
    end(&left);
    assert!(left.is_empty(), "{left:?}");
}

/// Who leaves the group is out of reach: the system tells nobody whose child it was.
#[cfg(target_os = "linux")]
#[test]
fn what_leaves_its_group_on_purpose_is_not_ended() {
    let single = Single::start("child-escapes", &[]);
    let name = single.name();
    let seen = single.marks("child-escapes");
    let (status, _) = single.shell.interrupt();
    assert!(status.success(), "{status:?}");
    let left = processes_now(&name);
    end(&left);
    assert_eq!(seen, [format!("escapes as {}", left[0])]);
    assert!(processes_with(&name).is_empty());
}

#[test]
fn a_crash_loop_ends() {
    let mut single = Single::start("crashes-later", &["--supervise"]);
    let is_over = |event: &Value| event["state"]["name"] == "errored";
    single.shell.wait_for(is_over);
    let crashes = single.marks("crashes-later");
    assert_eq!(crashes.len(), 5, "{crashes:?}");
}

/// Those that have this in their environment but for one.
#[cfg(target_os = "linux")]
fn processes_with_others(name: &str, shell: u32) -> Vec<u32> {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(2);
    loop {
        let left: Vec<u32> = processes_now(name)
            .into_iter()
            .filter(|pid| *pid != shell)
            .collect();
        if left.is_empty() || std::time::Instant::now() > deadline {
            return left;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// The test does not leave behind what the shell left behind.
#[cfg(target_os = "linux")]
fn end(processes: &[u32]) {
    use rustix::process::{Pid, Signal, kill_process};

    for pid in processes {
        let pid = Pid::from_raw(i32::try_from(*pid).unwrap()).unwrap();
        let _ = kill_process(pid, Signal::KILL);
    }
}
