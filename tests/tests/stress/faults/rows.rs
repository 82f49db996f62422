//! Which misbehaviour has which consequence.

/// One fault of `tests/src/hostile`, and what must come of it.
pub struct Row {
    pub fault: &'static str,
    /// For the book: a plugin that ...
    pub does: &'static str,
    pub probe: Probe,
    pub ends: &'static str,
    /// In the plugin's state, in what the shell notes about it, or in what whoever asked is told.
    pub says: &'static str,
    /// What the plugin must have seen, for the fault to have happened.
    pub marks: &'static str,
}

/// What the test does once the plugin runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    Nothing,
    /// Asks on its channel.
    Call,
    /// Asks and hangs up.
    Abandon,
    /// Asks for its route, twice.
    Get,
    /// Stops it.
    Stop,
}

impl Row {
    const fn marks(self, marks: &'static str) -> Self {
        Self { marks, ..self }
    }

    const fn probe(self, probe: Probe) -> Self {
        Self { probe, ..self }
    }

    /// Whether a process of it ever runs.
    pub fn has_process(&self) -> bool {
        !PROGRAMS.iter().any(|row| row.fault == self.fault)
    }
}

const fn row(
    fault: &'static str,
    does: &'static str,
    ends: &'static str,
    says: &'static str,
) -> Row {
    Row {
        fault,
        does,
        probe: Probe::Nothing,
        ends,
        says,
        marks: "",
    }
}

const ERRORED: &str = "errored";
const RUNNING: &str = "running";
const STOPPED: &str = "stopped";
const NO_HELLO: &str = "did not greet the shell within 5 s";

#[rustfmt::skip]
pub const PROGRAMS: &[Row] = &[
    row("missing", "has no program", ERRORED, "there is no program"),
    row("directory", "has a folder in the program's place", ERRORED, "cannot copy the program"),
    row("empty", "has an empty program", ERRORED, "cannot start the program"),
    row("wrong-machine", "is built for another machine", ERRORED, "cannot start the program"),
    #[cfg(unix)]
    row("not-executable", "has a program that may not be run", ERRORED, "Permission denied"),
    // The loop is not named: whether something exists is asked through it.
    #[cfg(unix)]
    row("symlink-loop", "has a link to itself in the program's place", ERRORED, "there is no program"),
];

#[rustfmt::skip]
pub const ENDS_EARLY: &[Row] = &[
    row("exits-0", "exits with 0 before it greets", ERRORED, "exited with code 0 before it greeted the shell"),
    row("exits-1", "exits with 1 before it greets", ERRORED, "exited with code 1 before it greeted the shell"),
    row("exits-101", "exits with 101 before it greets", ERRORED, "exited with code 101 before it greeted the shell"),
    #[cfg(unix)]
    row("aborts", "aborts", ERRORED, "was ended by signal 6 before it greeted the shell"),
    #[cfg(not(unix))]
    row("aborts", "aborts", ERRORED, "before it greeted the shell"),
    #[cfg(unix)]
    row("segfaults", "has a segmentation fault", ERRORED, "was ended by signal 11 before it greeted the shell"),
    #[cfg(unix)]
    row("is-killed", "is killed from outside", ERRORED, "was ended by signal 9 before it greeted the shell"),
    row("major-0", "speaks an older protocol", ERRORED, "speaks protocol 0.0 (hostile 6.6.6), this shell speaks 1.0: update the plugin's SDK").marks(r#""major":0"#),
    row("major-2", "speaks a newer protocol", ERRORED, "speaks protocol 2.3 (hostile 6.6.6), this shell speaks 1.0: update cargo-stratos").marks(r#""major":2"#),
    row("other-id", "says that it is another plugin", ERRORED, "it says that it is the plugin `sample`").marks(r#""id":"sample""#),
    row("another-first-line", "asks before it greets", ERRORED, "its first line is `start`, not `hello`"),
    row("notifies-first", "logs before it greets", ERRORED, "its first line is no greeting"),
    row("malformed-hello", "greets in the wrong shape", ERRORED, "its greeting is malformed"),
];

#[rustfmt::skip]
pub const GREETINGS: &[Row] = &[
    row("never-connects", "never connects", ERRORED, NO_HELLO),
    row("stays-silent", "connects and stays silent", ERRORED, NO_HELLO),
    row("half-a-hello", "stops in the middle of its greeting", ERRORED, NO_HELLO),
    // It is taken for a stranger, who must not be able to end the plugin.
    row("wrong-nonce", "greets with a wrong nonce", ERRORED, NO_HELLO).marks("refused: \"the nonce is wrong\""),
    row("strangers", "opens a thousand connections and greets on none", ERRORED, NO_HELLO).marks("silent connections"),
    row("two-connections", "connects a second and a third time with its nonce", RUNNING, "").marks("the second: closed, a third: refused"),
    row("minor-1", "speaks a newer minor version", RUNNING, "").marks(r#""protocol":{"major":1,"minor":0}"#),
    row("unknown-feature", "has a feature that nobody knows", RUNNING, "").marks(r#""features":[]"#),
    row("duplicate-feature", "names a feature twice", RUNNING, "").marks("welcome"),
    row("many-features", "names 10,000 features", RUNNING, "").marks(r#""features":[]"#),
];

#[rustfmt::skip]
pub const FRAMES: &[Row] = &[
    row("longest-frame", "sends a line of exactly 1 MiB", RUNNING, ""),
    row("frame-too-long", "sends a line of 1 MiB and a byte", ERRORED, "a line is longer than 1048576 bytes"),
    row("endless-line", "sends a line without an end", ERRORED, "a line is longer than 1048576 bytes"),
    row("truncated-frame", "stops in the middle of a line", ERRORED, "the connection ended in the middle of a line"),
    row("invalid-utf8", "sends a line that is not UTF-8", ERRORED, "a line is not text in UTF-8"),
    row("random-bytes", "sends random bytes", ERRORED, "the connection to the plugin failed"),
    row("no-message", "sends JSON that is no message", ERRORED, "a line is not a message of the protocol"),
    row("duplicate-id", "has two requests with one id in flight", ERRORED, "two requests in flight have the id 1"),
    row("deep-json", "sends 100,000 nested arrays", RUNNING, "").marks("answered: -32602"),
    row("out-of-order", "answers before it is asked", RUNNING, "").marks("{}"),
    row("unknown-reply", "answers what nobody asked", RUNNING, ""),
    row("two-replies", "answers twice", RUNNING, ""),
    row("reply-after-cancel", "answers what was cancelled", RUNNING, "").probe(Probe::Abandon).marks("answered after the cancellation"),
];

#[rustfmt::skip]
pub const CALLS: &[Row] = &[
    row("log-flood", "logs as fast as it can", RUNNING, "").marks("notifications"),
    row("push-flood", "pushes to its UI as fast as it can", RUNNING, "").marks("notifications"),
    row("request-flood", "asks as fast as it can and reads no answer", RUNNING, "").marks("requests"),
    row("unknown-methods", "calls 1,000 methods that do not exist", RUNNING, "").marks(r#"{"-32601": 1000}"#),
    // Most optional parameters may be left out: two of the shapes are a `config/get_all` without one.
    row("wrong-shapes", "sends parameters of the wrong shape", RUNNING, "").marks("\"-32602\""),
    row("foreign-prefix", "registers its neighbour's prefix", RUNNING, "").probe(Probe::Call).marks("overlaps `/api/sample` of the plugin `sample`"),
    row("reserved-prefix", "registers the shell's own prefix", RUNNING, "").probe(Probe::Call).marks("is reserved by the shell"),
    // Their number is bounded, and the neighbours do not notice how many are refused.
    row("many-prefixes", "registers 10,000 prefixes", RUNNING, "").marks("256 accepted and 9744 refused of 10000"),
];

#[rustfmt::skip]
pub const OUTPUT: &[Row] = &[
    row("prints-much", "prints 64 MiB of lines", RUNNING, "").marks("printed 64 MiB"),
    row("prints-one-line", "prints 64 MiB without a line end", RUNNING, "").marks("printed 64 MiB"),
    row("prints-binary", "prints random bytes", RUNNING, "").marks("printed 8 MiB"),
    row("prints-commands", "prints commands for terminals and build servers", RUNNING, "").marks("printed 1 MiB"),
    row("reads-slowly", "reads one byte a second", RUNNING, ""),
    row("never-reads", "reads nothing", RUNNING, ""),
    #[cfg(unix)]
    row("closes-its-streams", "closes its input and output", RUNNING, ""),
    row("deletes-its-sockets", "deletes its sockets", RUNNING, "").marks("removed: [false"),
];

#[rustfmt::skip]
pub const HOOKS: &[Row] = &[
    row("start-fails", "fails in `on_start`", ERRORED, "on_start failed: no fuel"),
    row("start-crashes", "crashes in `on_start`", ERRORED, "exited with code 3 during on_start"),
    row("start-never-ends", "never ends its `on_start`", ERRORED, "on_start did not finish within 30 s"),
    row("crashes-later", "crashes after a second", ERRORED, "exited with code 4 by itself"),
    row("handler-crashes", "crashes in a handler", ERRORED, "exited with code 9 by itself").probe(Probe::Call),
    row("stop-fails", "fails in `on_stop`", STOPPED, "on_stop failed: not now").probe(Probe::Stop),
    row("stop-crashes", "crashes in `on_stop`", STOPPED, "exited with code 5 during on_stop").probe(Probe::Stop),
    row("stop-never-ends", "never ends its `on_stop`", STOPPED, "on_stop did not finish within").probe(Probe::Stop),
    row("stop-lingers", "answers to `stop` and stays", STOPPED, "did not end by itself and").probe(Probe::Stop),
    row("stop-asks", "asks on and on while it is stopped", STOPPED, "on_stop did not finish within").probe(Probe::Stop),
    #[cfg(unix)]
    row("ignores-sigterm", "ignores SIGTERM", STOPPED, "on_stop did not finish within").probe(Probe::Stop).marks("ignores SIGTERM"),
    row("leaves-a-child", "leaves a child behind that ignores SIGTERM", STOPPED, "").probe(Probe::Stop).marks("stays as"),
];

#[rustfmt::skip]
pub const WEB: &[Row] = &[
    row("http-refuses", "registers a prefix and does not listen", RUNNING, "502 {\"error\":\"plugin `http-refuses` did not answer").probe(Probe::Get),
    // The shell waits as long as whoever asks.
    row("http-silent", "takes requests and does not answer", RUNNING, "no answer").probe(Probe::Get),
    row("http-garbage", "answers with garbage", RUNNING, "502 {\"error\":\"plugin `http-garbage` did not answer").probe(Probe::Get),
    row("http-closes-at-once", "hangs up without an answer", RUNNING, "502 {\"error\":\"plugin `http-closes-at-once` did not answer").probe(Probe::Get),
    row("http-closes-mid-body", "hangs up in the middle of a body", RUNNING, "cut short: 200 ").probe(Probe::Get),
    row("http-body-too-short", "sends less than its `Content-Length`", RUNNING, "cut short: 200 short").probe(Probe::Get),
    row("http-body-too-long", "sends more than its `Content-Length`", RUNNING, "200 long; 200 long").probe(Probe::Get),
    row("http-two-lengths", "sends two different lengths", RUNNING, "502 {\"error\":\"plugin `http-two-lengths` did not answer").probe(Probe::Get),
    row("http-endless-head", "sends headers without an end", RUNNING, "502 {\"error\":\"plugin `http-endless-head` did not answer").probe(Probe::Get),
    row("http-endless-continue", "sends `100 Continue` for two seconds", RUNNING, "200 late").probe(Probe::Get),
];

/// All of them, in the order of the book.
pub const ALL: [&[Row]; 8] = [
    PROGRAMS, ENDS_EARLY, GREETINGS, FRAMES, CALLS, OUTPUT, HOOKS, WEB,
];
