//! The faults of the hostile plugin and their consequences.

/// A fault of `tests/src/hostile` and its consequence.
pub struct Fault {
    /// Id of the hostile plugin, which names the fault.
    pub id: &'static str,
    /// For the book, after "A plugin that".
    pub description: &'static str,
    pub probe: Probe,
    /// Name of the plugin's state after the fault.
    pub state: &'static str,
    /// Part of the state's reason, of the shell's log about the plugin, or of the response to the probe.
    pub reason: &'static str,
    /// Part of the line in the fault log that proves that the fault happened.
    pub logged: &'static str,
}

/// A request that the test sends once the plugin runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    Nothing,
    /// Invokes the plugin's IPC channel.
    Invoke,
    /// Invokes the plugin's IPC channel and closes the connection before the response.
    Abandon,
    /// Requests the plugin's route twice.
    Get,
    /// Stops the plugin.
    Stop,
}

impl Fault {
    const fn logged(self, logged: &'static str) -> Self {
        Self { logged, ..self }
    }

    const fn probe(self, probe: Probe) -> Self {
        Self { probe, ..self }
    }

    /// Whether the plugin's program can be started.
    pub fn has_process(&self) -> bool {
        !PROGRAMS.iter().any(|fault| fault.id == self.id)
    }
}

const fn fault(
    id: &'static str,
    description: &'static str,
    state: &'static str,
    reason: &'static str,
) -> Fault {
    Fault {
        id,
        description,
        probe: Probe::Nothing,
        state,
        reason,
        logged: "",
    }
}

const ERRORED: &str = "errored";
const RUNNING: &str = "running";
const STOPPED: &str = "stopped";
const NO_HELLO: &str = "did not complete the handshake with the shell within 5 s";

#[rustfmt::skip]
pub const PROGRAMS: &[Fault] = &[
    fault("missing", "has no program", ERRORED, "there is no program"),
    fault("directory", "has a folder instead of a program", ERRORED, "cannot copy the program"),
    fault("empty", "has an empty program", ERRORED, "cannot start the program"),
    fault("wrong-machine", "is built for another machine", ERRORED, "cannot start the program"),
    #[cfg(unix)]
    fault("not-executable", "has a program without the permission to execute", ERRORED, "Permission denied"),
    // A symlink loop counts as missing, because `exists` follows links.
    #[cfg(unix)]
    fault("symlink-loop", "has a symlink loop instead of a program", ERRORED, "there is no program"),
];

#[rustfmt::skip]
pub const EARLY_EXITS: &[Fault] = &[
    fault("exits-0", "exits with 0 before the handshake", ERRORED, "exited with code 0 before the handshake with the shell"),
    fault("exits-1", "exits with 1 before the handshake", ERRORED, "exited with code 1 before the handshake with the shell"),
    fault("exits-101", "exits with 101 before the handshake", ERRORED, "exited with code 101 before the handshake with the shell"),
    #[cfg(unix)]
    fault("aborts", "aborts", ERRORED, "was ended by signal 6 before the handshake with the shell"),
    #[cfg(not(unix))]
    fault("aborts", "aborts", ERRORED, "before the handshake with the shell"),
    #[cfg(unix)]
    fault("segfaults", "has a segmentation fault", ERRORED, "was ended by signal 11 before the handshake with the shell"),
    #[cfg(unix)]
    fault("is-killed", "is killed from outside", ERRORED, "was ended by signal 9 before the handshake with the shell"),
    fault("major-0", "speaks an older protocol", ERRORED, "speaks protocol 0.0 (hostile 6.6.6), this shell speaks 1.1: update the plugin's SDK").logged(r#""major":0"#),
    fault("major-2", "speaks a newer protocol", ERRORED, "speaks protocol 2.3 (hostile 6.6.6), this shell speaks 1.1: update cargo-stratos").logged(r#""major":2"#),
    fault("other-id", "claims the id of another plugin", ERRORED, "it says that it is the plugin `sample`").logged(r#""id":"sample""#),
    fault("another-first-line", "sends another request before `hello`", ERRORED, "its first message is a `start` request, not `hello`"),
    fault("notifies-first", "logs before `hello`", ERRORED, "its first message is not a `hello` request"),
    fault("malformed-hello", "sends a malformed `hello`", ERRORED, "its `hello` request is malformed"),
];

#[rustfmt::skip]
pub const HANDSHAKES: &[Fault] = &[
    fault("never-connects", "never connects", ERRORED, NO_HELLO),
    fault("stays-silent", "connects and sends nothing", ERRORED, NO_HELLO),
    fault("half-a-hello", "stops in the middle of `hello`", ERRORED, NO_HELLO),
    // The shell only closes the connection, because any process may connect and must not be able to end the plugin.
    fault("wrong-nonce", "sends a wrong nonce", ERRORED, NO_HELLO).logged("refused: \"the nonce is wrong\""),
    fault("strangers", "opens a thousand connections without a `hello`", ERRORED, NO_HELLO).logged("silent connections"),
    fault("two-connections", "connects a second and a third time with its nonce", RUNNING, "").logged("the second: closed, a third: refused"),
    fault("newer-minor", "speaks a newer minor version", RUNNING, "").logged(r#""protocol":{"major":1,"minor":1}"#),
    fault("unknown-feature", "announces an unknown feature", RUNNING, "").logged(r#""features":[]"#),
    fault("duplicate-feature", "announces a feature twice", RUNNING, "").logged("welcome"),
    fault("many-features", "announces 10,000 features", RUNNING, "").logged(r#""features":[]"#),
];

#[rustfmt::skip]
pub const FRAMES: &[Fault] = &[
    fault("longest-frame", "sends a line of exactly 1 MiB", RUNNING, ""),
    fault("frame-too-long", "sends a line of 1 MiB and a byte", ERRORED, "a line is longer than 1048576 bytes"),
    fault("endless-line", "sends a line that never ends", ERRORED, "a line is longer than 1048576 bytes"),
    fault("truncated-frame", "stops in the middle of a line", ERRORED, "the connection ended in the middle of a line"),
    fault("invalid-utf8", "sends a line that is not UTF-8", ERRORED, "a line is not text in UTF-8"),
    fault("random-bytes", "sends random bytes", ERRORED, "the connection to the plugin failed"),
    fault("no-message", "sends JSON that is not a message", ERRORED, "a line is not a message of the protocol"),
    fault("duplicate-id", "sends two requests with the same id", ERRORED, "two requests in flight have the id 1"),
    fault("deep-json", "sends 100,000 nested arrays", RUNNING, "").logged("answered: -32602"),
    fault("out-of-order", "sends responses before there is a request", RUNNING, "").logged("{}"),
    fault("unknown-reply", "sends a response with an unknown id", RUNNING, ""),
    fault("two-replies", "sends two responses to a request", RUNNING, ""),
    fault("reply-after-cancel", "responds to a cancelled request", RUNNING, "").probe(Probe::Abandon).logged("answered after the cancellation"),
];

#[rustfmt::skip]
pub const REQUESTS: &[Fault] = &[
    fault("log-flood", "logs as fast as it can", RUNNING, "").logged("notifications"),
    fault("push-flood", "pushes messages to its UI as fast as it can", RUNNING, "").logged("notifications"),
    fault("request-flood", "sends requests as fast as it can and reads no response", RUNNING, "").logged("requests"),
    fault("unknown-methods", "requests 1,000 unknown methods", RUNNING, "").logged(r#"{"-32601": 1000}"#),
    // Optional parameters may be left out: two of the malformed requests are a valid `config/get_all`.
    fault("wrong-shapes", "sends malformed parameters", RUNNING, "").logged("\"-32602\""),
    fault("foreign-prefix", "registers the prefix of another plugin", RUNNING, "").probe(Probe::Invoke).logged("overlaps `/api/sample` of the plugin `sample`"),
    fault("reserved-prefix", "registers the shell's own prefix", RUNNING, "").probe(Probe::Invoke).logged("is reserved by the shell"),
    // A plugin has at most 256 prefixes.
    fault("many-prefixes", "registers 10,000 prefixes", RUNNING, "").logged("256 accepted and 9744 refused of 10000"),
];

#[rustfmt::skip]
pub const SERVICES: &[Fault] = &[
    fault("toast-flood", "shows toasts as fast as it can", RUNNING, "").logged("1000 of 1000 toasts are shown"),
    fault("flight-flood", "subscribes to simulator data, registers start guards and adds log entries as fast as it can", RUNNING, "").logged("0 of 1000 requests are refused"),
    fault("dialog-flood", "opens 1,000 dialogs that nobody answers", RUNNING, "32 dialogs and prompts of the plugin wait already").logged("968 of 1000 dialogs without an answer"),
    fault("reaches-out", "asks for databases, sounds, paths of the airline and log entries that are not its own", RUNNING, "").logged("6 of 6 refused"),
    fault("wrong-service-shapes", "sends malformed parameters to later services", RUNNING, "").logged(r#"{"-32602": 60}"#),
];

#[rustfmt::skip]
pub const OUTPUT: &[Fault] = &[
    fault("prints-much", "prints 64 MiB of lines", RUNNING, "").logged("printed 64 MiB"),
    fault("prints-one-line", "prints 64 MiB without a line break", RUNNING, "").logged("printed 64 MiB"),
    fault("prints-binary", "prints random bytes", RUNNING, "").logged("printed 8 MiB"),
    fault("prints-commands", "prints commands for terminals and build servers", RUNNING, "").logged("printed 1 MiB"),
    fault("reads-slowly", "reads one byte a second", RUNNING, ""),
    fault("never-reads", "reads nothing", RUNNING, ""),
    #[cfg(unix)]
    fault("closes-its-streams", "closes its input and output", RUNNING, ""),
    fault("deletes-its-sockets", "deletes its sockets", RUNNING, "").logged("removed: [false"),
];

#[rustfmt::skip]
pub const HOOKS: &[Fault] = &[
    fault("start-fails", "returns an error from `on_start`", ERRORED, "on_start failed: no fuel"),
    fault("start-crashes", "crashes in `on_start`", ERRORED, "exited with code 3 during on_start"),
    fault("start-never-ends", "never returns from `on_start`", ERRORED, "on_start did not finish within 30 s"),
    fault("logs-and-exits", "logs and exits at once", ERRORED, "exited with code 0 by itself").logged("logged 1000 lines"),
    fault("crashes-later", "crashes after a second", ERRORED, "exited with code 4 by itself"),
    fault("handler-crashes", "crashes in a handler", ERRORED, "exited with code 9 by itself").probe(Probe::Invoke),
    fault("stop-fails", "returns an error from `on_stop`", STOPPED, "on_stop failed: not now").probe(Probe::Stop),
    fault("stop-crashes", "crashes in `on_stop`", STOPPED, "exited with code 5 during on_stop").probe(Probe::Stop),
    fault("stop-never-ends", "never returns from `on_stop`", STOPPED, "on_stop did not finish within").probe(Probe::Stop),
    fault("stop-lingers", "responds to `stop` and does not exit", STOPPED, "did not end by itself and").probe(Probe::Stop),
    fault("stop-asks", "sends requests without end during `on_stop`", STOPPED, "on_stop did not finish within").probe(Probe::Stop),
    #[cfg(unix)]
    fault("ignores-sigterm", "ignores SIGTERM", STOPPED, "on_stop did not finish within").probe(Probe::Stop).logged("ignores SIGTERM"),
    fault("leaves-a-child", "starts a child process that ignores SIGTERM", STOPPED, "").probe(Probe::Stop).logged("stays as"),
];

#[rustfmt::skip]
pub const HTTP: &[Fault] = &[
    fault("http-refuses", "registers a prefix and does not listen", RUNNING, "502 {\"error\":\"plugin `http-refuses` did not answer").probe(Probe::Get),
    // The shell waits as long as the client does.
    fault("http-silent", "accepts requests and never responds", RUNNING, "no response").probe(Probe::Get),
    fault("http-garbage", "responds with garbage", RUNNING, "502 {\"error\":\"plugin `http-garbage` did not answer").probe(Probe::Get),
    fault("http-closes-at-once", "closes connections without a response", RUNNING, "502 {\"error\":\"plugin `http-closes-at-once` did not answer").probe(Probe::Get),
    fault("http-closes-mid-body", "closes connections in the middle of a body", RUNNING, "cut short: 200 ").probe(Probe::Get),
    fault("http-body-too-short", "sends a body shorter than its `Content-Length`", RUNNING, "cut short: 200 short").probe(Probe::Get),
    fault("http-body-too-long", "sends a body longer than its `Content-Length`", RUNNING, "200 long; 200 long").probe(Probe::Get),
    fault("http-two-lengths", "sends two different `Content-Length` headers", RUNNING, "502 {\"error\":\"plugin `http-two-lengths` did not answer").probe(Probe::Get),
    fault("http-endless-head", "sends headers that never end", RUNNING, "502 {\"error\":\"plugin `http-endless-head` did not answer").probe(Probe::Get),
    fault("http-endless-continue", "sends `100 Continue` for two seconds", RUNNING, "200 late").probe(Probe::Get),
];

/// The groups of faults with their headings, in the order of the book.
pub const GROUPS: [(&str, &[Fault]); 9] = [
    ("Programs that do not start", PROGRAMS),
    ("Exits and refusals before the handshake", EARLY_EXITS),
    ("Handshakes", HANDSHAKES),
    ("Frames", FRAMES),
    ("Requests", REQUESTS),
    ("Services of later shells", SERVICES),
    ("Output and streams", OUTPUT),
    ("Hooks and handlers", HOOKS),
    ("HTTP", HTTP),
];
