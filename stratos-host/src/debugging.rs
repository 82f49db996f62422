//! A person debugs the plugins: whoever sits at a breakpoint is not late.

use std::time::Duration;

use tokio::sync::Notify;

use crate::shell::Deadlines;

/// Later than anybody lives, and still a time that clocks can add.
pub(crate) const NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// What happens between a plugin's greeting and its `on_start`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attach {
    /// Its process and the debugger's command are told.
    Tell,
    /// They are told, and the plugin waits for [`Control::go_on`](crate::control::Control::go_on).
    Wait,
}

/// What the plugins of one shell share while they are debugged.
#[derive(Debug)]
pub(crate) struct Debugging {
    attach: Attach,
    go: Notify,
}

impl Debugging {
    pub(crate) fn new(attach: Attach) -> Self {
        Self {
            attach,
            go: Notify::new(),
        }
    }

    pub(crate) fn waits(&self) -> bool {
        self.attach == Attach::Wait
    }

    /// Tells, and then waits if it is to.
    pub(crate) async fn pause(&self, tell: impl FnOnce()) {
        let mut go = std::pin::pin!(self.go.notified());
        // Whoever answers what is told may be faster than the next line.
        go.as_mut().enable();
        tell();
        if self.waits() {
            go.await;
        }
    }

    /// What waits now goes on.
    pub(crate) fn go_on(&self) {
        self.go.notify_waiters();
    }
}

impl Deadlines {
    /// There are none.
    pub(crate) const NONE: Self = Self {
        hello: NEVER,
        start: NEVER,
        // Of which `exit` is a part.
        stop: NEVER.saturating_mul(2),
        answer: NEVER,
        auth: NEVER,
        exit: NEVER,
    };
}

/// How a debugger is attached to a process on this system.
pub(crate) fn command(pid: u32) -> String {
    if cfg!(windows) {
        format!("in Visual Studio: Debug, Attach to Process, {pid}; or `windbg -p {pid}`")
    } else if cfg!(target_os = "macos") {
        format!("`rust-lldb -p {pid}`")
    } else {
        format!("`rust-gdb -p {pid}` or `rust-lldb -p {pid}`")
    }
}

/// What this system asks for before it lets somebody attach.
#[cfg(target_os = "linux")]
pub(crate) fn needs() -> Option<&'static str> {
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").ok()?;
    match scope.trim() {
        "1" => Some(
            "this Linux lets a debugger attach to its own children only: \
             run `sudo sysctl kernel.yama.ptrace_scope=0` before, or the debugger with `sudo`",
        ),
        "2" => Some("this Linux lets only root attach a debugger: run it with `sudo`"),
        "3" => Some(
            "this Linux lets nobody attach a debugger until it is set up otherwise and started again",
        ),
        _ => None,
    }
}

/// What this system asks for before it lets somebody attach.
#[cfg(not(target_os = "linux"))]
pub(crate) fn needs() -> Option<&'static str> {
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::future::BoxFuture;
    use stratos_protocol::hello::{Hello, Identity, Software};
    use stratos_protocol::lifecycle::Done;
    use stratos_protocol::limits::FRAME_BYTES;
    use stratos_protocol::{Message, ProtocolVersion};
    use stratos_transport::Connection;

    use super::*;
    use crate::events::{Event, Events};
    use crate::launch::{InMemory, Launch, LaunchError, Launched, MemoryLink, Program};
    use crate::{PluginSpec, PluginState, Shell, ShellOptions, State};

    const HOUR: Duration = Duration::from_secs(60 * 60);

    #[tokio::test(start_paused = true)]
    async fn a_plugin_waits_until_somebody_lets_it_go_on() {
        let demo = PluginSpec {
            id: "demo".to_owned(),
            name: "Demo".to_owned(),
            version: "1.0.0".to_owned(),
            launcher: Ok(Arc::new(LikeAProcess(InMemory::new(run)))),
        };
        let options = ShellOptions {
            attach: Some(Attach::Wait),
            ..ShellOptions::new(State::in_memory().unwrap())
        };
        let (events, mut watcher) = {
            let events = Events::default();
            (events.clone(), events.watch())
        };
        let (shell, _door) = Shell::start_in_memory(options, vec![demo], events).unwrap();
        let state = || shell.control().plugins().remove(0).state;
        loop {
            let event = watcher.next().await.expect("the shell runs");
            if matches!(&*event, Event::Attach { waits: true, .. }) {
                break;
            }
        }
        tokio::time::sleep(HOUR).await;
        assert_eq!(state(), PluginState::Starting);
        shell.control().go_on();
        shell.ready().await;
        assert_eq!(state(), PluginState::Running);
        shell.stop().await;
    }

    /// Only processes can be debugged.
    struct LikeAProcess(InMemory);

    impl Launch for LikeAProcess {
        fn prepare(&self, number: u64) -> BoxFuture<'_, Result<Program, LaunchError>> {
            self.0.prepare(number)
        }

        fn launch(
            &self,
            program: Program,
            events: Events,
        ) -> BoxFuture<'_, Result<Launched, LaunchError>> {
            Box::pin(async {
                let launched = self.0.launch(program, events).await?;
                let life = launched.life.with_pid(1);
                Ok(Launched { life, ..launched })
            })
        }
    }

    /// Does at once what it is asked to.
    async fn run(link: MemoryLink) {
        let mut connection = Connection::new(link.control, FRAME_BYTES);
        let hello = Hello {
            protocol: ProtocolVersion::CURRENT,
            nonce: link.nonce,
            sdk: Software {
                name: "test".to_owned(),
                version: "1.0.0".to_owned(),
            },
            plugin: Identity {
                id: "demo".to_owned(),
                version: "1.0.0".to_owned(),
            },
            features: Vec::new(),
        };
        let hello = Message::request(0, &hello).unwrap();
        connection.send(&hello).await.unwrap();
        while let Ok(Some(message)) = connection.receive().await {
            if let Message::Request { id, .. } = message {
                let outcome = Ok(serde_json::value::to_raw_value(&Done {}).unwrap());
                let answer = Message::Response { id, outcome };
                connection.send(&answer).await.unwrap();
            }
        }
    }
}
