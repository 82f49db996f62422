//! The keys of scenario steps.

/// A key of scenario steps.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Name of the key.
    pub name: &'static str,
    /// Meaning of the value, as a phrase.
    pub summary: &'static str,
}

/// All keys of steps, in the order of the book.
#[rustfmt::skip]
pub const KEYS: &[Key] = &[
    key("do", "the verb"),
    key("at", "start of the step, as a time since the start of the scenario"),
    key("after", "start of the step, as a time since the end of the previous step; without `at` and `after`, the step starts at once"),
    key("plugin", "the id of the plugin; may be omitted if the shell has only one plugin, or if the file names one at its top"),
    key("fails", "the step must fail, with an error that contains this text"),
    key("persona", "the name of a persona"),
    key("reason", "the error that plugins get; `the disk is full` if omitted"),
    key("by", "the delay"),
    key("for", "duration of the fault; if omitted, the fault lasts until the opposite step or the end of the scenario"),
    key("key", "the key of a config value"),
    key("value", "a config value; with `answer`, the answer: `ok` to an alert, `true` or `false`, a text, a number, or a value or label of a choice; with `expect`, what the value must contain"),
    key("force", "`true` stores the value without a check against the manifest, for keys that are the plugin's own"),
    key("channel", "the channel, without its prefix"),
    key("payload", "the payload, `null` if omitted; with `expect`, what the payload of the push must contain"),
    key("answer", "what the answer must contain"),
    key("path", "the path, including its prefix"),
    key("method", "the HTTP method; `GET` if omitted"),
    key("body", "the body: a string is sent as it is, anything else as JSON"),
    key("status", "the expected status, any of 200 to 299 if omitted; the status of the response with `upstream-answers`, 200 if omitted; with `airline-fails`, the status of all answers, no answer if omitted"),
    key("contains", "a text that the body of the response must contain"),
    key("upstream", "the name of the mock server; may be omitted if there is only one"),
    key("state", "the state that the plugin must reach"),
    key("log", "a text that a log line of the plugin must contain"),
    key("push", "the channel of a push"),
    key("config", "the key of a config value that must exist"),
    key("from", "the ICAO code of the departure, one of `cargo stratos flight list`"),
    key("to", "the ICAO code of the arrival"),
    key("callsign", "the callsign; `SKV123` if omitted"),
    key("cruise-level", "the cruise level in hundreds of feet; depends on the distance if omitted"),
    key("aircraft", "the class: `turboprop`, `narrow-body` or `wide-body`; `narrow-body` if omitted"),
    key("seed", "the seed of wind, times and landing; 0 if omitted"),
    key("speed", "how many times faster than real time, from 1 to 600; 1 if omitted"),
    key("phase", "a phase, as the platform writes it, such as `push_back`; with `fly`, the phase to begin in"),
    key("anyway", "`true` starts the flight without asking the start guards"),
    key("rate", "vertical speed at the touchdown in ft/min, such as `-350`; with `expect`, two bounds, such as `[-600, -200]`"),
    key("g", "load factor at the touchdown in g"),
    key("bounces", "the number of bounces; 0 if omitted"),
    key("landing", "the event that the plugin must be told: `touchdown`, `bounce` or `settled`"),
    key("toast", "a text that a toast of the plugin must contain"),
    key("kind", "the kind of the toast: `success`, `error`, `info` or `warning`"),
    key("sound", "the name of a sound of the shell, or a path in the bundle; `notification` is the sound without a name"),
    key("indicator", "the indicator that the plugin must have: `notification`, `warning` or `none`"),
    key("dialog", "a text that the title or the text of the shown dialog or prompt must contain"),
    key("log-entry", "a text that a new or changed entry of the plugin in the flight log must contain"),
    key("condition", "the condition of the log entry"),
    key("within", "the timeout; if omitted, `5s`, and with `reach` as long as there is a flight"),
    key("text", "the text to print"),
];

const fn key(name: &'static str, summary: &'static str) -> Key {
    Key { name, summary }
}
