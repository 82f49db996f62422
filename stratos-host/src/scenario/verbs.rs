//! Everything that a step can do: the parser and the book know no other list.

/// What a step does, and which keys it takes beside those of every step.
#[derive(Debug, Clone, Copy)]
pub struct Verb {
    /// The value of `do`.
    pub name: &'static str,
    /// What it does, in a few words.
    pub does: &'static str,
    /// The keys that it must have.
    pub needs: &'static [&'static str],
    /// The keys that it may have.
    pub takes: &'static [&'static str],
}

/// What a key says.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What it says, in a few words.
    pub says: &'static str,
}

/// The keys of every step.
pub(super) const COMMON: &[&str] = &["do", "at", "after"];

/// All verbs, in the order in which people read about them.
#[rustfmt::skip]
pub const VERBS: &[Verb] = &[
    verb("sign-in", "somebody signs in", &[], &[]),
    verb("sign-out", "the pilot signs out", &[], &[]),
    verb("auth", "becomes another persona", &["persona"], &["fails"]),
    verb("expire-token", "the login ends, as by its expiry", &[], &[]),
    verb("start", "starts a plugin that does not run", &[], &["plugin", "fails"]),
    verb("stop", "stops a plugin", &[], &["plugin", "fails"]),
    verb("kill", "its process dies at once, as by `kill -9`", &[], &["plugin", "fails"]),
    verb("update", "replaces a plugin, as an OTA update does", &[], &["plugin", "fails"]),
    verb("config-fails", "whatever plugins ask of the config store fails", &[], &["reason", "for"]),
    verb("config-slow", "whatever plugins ask of the config store takes a while", &["by"], &["for"]),
    verb("config-works", "the config store works again", &[], &[]),
    verb("config-set", "changes a setting, as the pilot does", &["key", "value"], &["plugin", "fails"]),
    verb("invoke", "asks on a channel, as the UI does", &["channel"], &["plugin", "payload", "answer", "fails"]),
    verb("request", "asks the shell's server, as the UI does", &["path"], &["method", "body", "status", "contains"]),
    verb("upstream-gone", "the stand-in refuses connections, and cuts those that are open", &[], &["upstream", "for"]),
    verb("upstream-back", "the stand-in listens again on its port, as fast as at the start", &[], &["upstream"]),
    verb("upstream-slow", "the stand-in takes a while for each answer", &["by"], &["upstream", "for"]),
    verb("upstream-answers", "the stand-in gives another answer on a path", &["path"], &["upstream", "status", "body"]),
    verb("expect", "waits until something is seen: one of `state`, `log`, `push`, `config`", &[], &["plugin", "state", "log", "push", "payload", "config", "value", "within"]),
    verb("note", "says something, and nothing else", &["text"], &[]),
];

/// All keys of steps.
#[rustfmt::skip]
pub const KEYS: &[Key] = &[
    key("do", "what happens: one of the verbs"),
    key("at", "when: so long after the scenario began"),
    key("after", "when: so long after the step before was done; without `at` and `after`, at once"),
    key("plugin", "the id of the plugin; not needed where the shell has one only, or where the file says `plugin` at its top"),
    key("fails", "the step must fail, with an error that contains this"),
    key("persona", "the name of a persona"),
    key("reason", "what plugins are told; without it, `the disk is full`"),
    key("by", "how long everything takes"),
    key("for", "how long it lasts; without it, until the opposite step or the end"),
    key("key", "the key of a config value"),
    key("value", "a config value; after `expect`, what it must contain"),
    key("channel", "the channel, without its prefix"),
    key("payload", "what is asked, nothing without it; after `expect`, what the push must contain"),
    key("answer", "what the answer must contain"),
    key("path", "the path, prefix included"),
    key("method", "the method; `GET` without it"),
    key("body", "the body: a text as it is, anything else as JSON"),
    key("status", "the status; without it, any of 200 to 299 is right, and a stand-in answers with 200"),
    key("contains", "a part of the answer's body"),
    key("upstream", "the name of the stand-in; not needed where there is one only"),
    key("state", "the plugin is in this state"),
    key("log", "the plugin logged a line with this part"),
    key("push", "the plugin pushed on this channel"),
    key("config", "a value is stored under this key"),
    key("within", "how long that may take; without it, `5s`"),
    key("text", "what to say"),
];

impl Verb {
    /// The keys that a step with this verb may have.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'static str> {
        let all = COMMON.iter().chain(self.needs).chain(self.takes);
        all.copied()
    }
}

const fn verb(
    name: &'static str,
    does: &'static str,
    needs: &'static [&'static str],
    takes: &'static [&'static str],
) -> Verb {
    Verb {
        name,
        does,
        needs,
        takes,
    }
}

const fn key(name: &'static str, says: &'static str) -> Key {
    Key { name, says }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_key_is_explained_and_used() {
        let used: BTreeSet<_> = VERBS.iter().flat_map(Verb::keys).collect();
        let explained: BTreeSet<_> = KEYS.iter().map(|key| key.name).collect();
        assert_eq!(used, explained);
    }
}
