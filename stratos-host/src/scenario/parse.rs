//! From a file's text to a scenario, or to everything that is wrong with it.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::Method;
use serde_json::Value;
use toml::de::DeTable;

use crate::scenario::fields::{Fields, suggestion};
use crate::scenario::mistakes::{Mistakes, ScenarioError};
use crate::scenario::model::{
    Action, Address, Answer, Expected, Lifecycle, Scenario, Step, Upstream, When,
};
use crate::scenario::time::show;
use crate::scenario::verbs::{VERBS, Verb};

/// A longer text is no scenario: 1 MiB.
const MOST_BYTES: usize = 1024 * 1024;
/// More steps than anybody writes by hand.
const MOST_STEPS: usize = 1000;
/// How long `expect` waits where the file does not say it.
const PATIENCE: Duration = Duration::from_secs(5);

const STATES: &[&str] = &[
    "listed",
    "discovered",
    "starting",
    "running",
    "stopping",
    "stopped",
    "backing-off",
    "errored",
];

impl Scenario {
    /// Reads a scenario; `file` is for messages.
    ///
    /// Plugins that a step leaves out are empty until [`fit`](Self::fit) fills them in.
    ///
    /// # Errors
    ///
    /// When anything is wrong, with everything that was found.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        let mistakes = Mistakes::of(text);
        if text.len() > MOST_BYTES {
            mistakes.add(
                0,
                format!(
                    "a scenario has at most {MOST_BYTES} bytes, and this has {}",
                    text.len()
                ),
            );
        } else {
            let (table, errors) = DeTable::parse_recoverable(text);
            for error in errors {
                let at = error.span().map_or(0, |span| span.start);
                mistakes.add(at, error.message());
            }
            if mistakes.is_empty() {
                let scenario = read(file, Fields::of(table.get_ref(), 0, &mistakes));
                if let (Some(scenario), true) = (scenario, mistakes.is_empty()) {
                    return Ok(scenario);
                }
            }
        }
        mistakes.into_result(file)?;
        unreachable!("what is no scenario has mistakes")
    }
}

fn read(file: &str, top: Fields<'_>) -> Option<Scenario> {
    top.only(&["name", "plugin", "upstream", "step"], "a scenario");
    let plugin = top.text("plugin").unwrap_or_default();
    let tables = top.table("upstream").map(|all| all.named());
    let upstreams: BTreeMap<_, _> = tables
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(name, table)| Some((name, upstream(table, &plugin)?)))
        .collect();
    let reading = Reading {
        names: upstreams.keys().map(String::as_str).collect(),
        plugin: &plugin,
    };
    let tables = top.tables("step");
    if tables.is_empty() || tables.len() > MOST_STEPS {
        let count = tables.len();
        top.mistake("step", format!("a scenario has 1 to {MOST_STEPS} steps, each below a line `[[step]]`, and this has {count}"));
    }
    let mut earliest = Duration::ZERO;
    let mut steps = Vec::new();
    for table in tables {
        let when = when(table, &mut earliest);
        if let (Some(when), Some((action, fails))) = (when, reading.action(table)) {
            steps.push(Step {
                line: table.line(),
                when,
                action,
                fails,
            });
        }
    }
    Some(Scenario {
        file: file.to_owned(),
        name: top.text("name").unwrap_or_else(|| file.to_owned()),
        upstreams,
        steps,
    })
}

/// When a step happens, which is never before the step before it.
fn when(step: Fields<'_>, earliest: &mut Duration) -> Option<When> {
    let when = match (step.has("at"), step.has("after")) {
        (true, true) => {
            step.mistake("after", "a step has `at` or `after`, but not both");
            return None;
        }
        (true, false) => When::At(step.time("at")?),
        (false, true) => When::After(step.time("after")?),
        (false, false) => When::After(Duration::ZERO),
    };
    match when {
        When::At(at) if at < *earliest => {
            let (at, before) = (show(at), show(*earliest));
            step.mistake("at", format!("a step at {at} cannot follow one that is not before {before}: steps stand in the order of time"));
        }
        When::At(at) => *earliest = at,
        When::After(after) => *earliest += after,
    }
    Some(when)
}

/// What steps lean on.
struct Reading<'t> {
    names: Vec<&'t str>,
    /// The one that steps are about which name none.
    plugin: &'t str,
}

impl Reading<'_> {
    fn action(&self, step: Fields<'_>) -> Option<(Action, Option<String>)> {
        if !step.needs("do", "a step") {
            return None;
        }
        let names: Vec<_> = VERBS.iter().map(|verb| verb.name).collect();
        let name = step.word("do", "verb", &names)?;
        let verb = VERBS.iter().find(|verb| verb.name == name)?;
        let of = format!("`{name}`");
        step.only(&verb.keys().collect::<Vec<_>>(), &of);
        let missing = verb.needs.iter().filter(|key| !step.needs(key, &of));
        if missing.count() > 0 {
            return None;
        }
        Some((self.of_verb(verb, step)?, step.text("fails")))
    }

    /// Everything that the verb needs is there.
    fn of_verb(&self, verb: &Verb, step: Fields<'_>) -> Option<Action> {
        let lasts = step.time("for");
        let lifecycle = |what| {
            let plugin = self.plugin(step);
            Some(Action::Lifecycle { what, plugin })
        };
        match verb.name {
            "note" => Some(Action::Note(step.text("text")?)),
            "sign-in" => Some(Action::Auth("signed-in".to_owned())),
            "sign-out" => Some(Action::Auth("signed-out".to_owned())),
            "auth" => Some(Action::Auth(step.text("persona")?)),
            "expire-token" => Some(Action::ExpireToken),
            "start" => lifecycle(Lifecycle::Start),
            "stop" => lifecycle(Lifecycle::Stop),
            "kill" => lifecycle(Lifecycle::Kill),
            "update" => lifecycle(Lifecycle::Update),
            "config-fails" => {
                let reason = step.text("reason");
                let reason = reason.unwrap_or_else(|| "the disk is full".to_owned());
                Some(Action::ConfigFails { reason, lasts })
            }
            "config-slow" => {
                let by = step.time("by")?;
                Some(Action::ConfigSlow { by, lasts })
            }
            "config-works" => Some(Action::ConfigWorks),
            "config-set" => Some(Action::ConfigSet {
                plugin: self.plugin(step),
                key: step.text("key")?,
                value: step.value("value")?,
            }),
            "invoke" => Some(Action::Invoke {
                plugin: self.plugin(step),
                channel: step.text("channel")?,
                payload: step.value("payload").unwrap_or_default(),
                answer: step.value("answer"),
            }),
            "request" => request(step),
            "expect" => self.expect(step),
            _ => self.of_upstream(verb, step, lasts),
        }
    }

    fn of_upstream(
        &self,
        verb: &Verb,
        step: Fields<'_>,
        lasts: Option<Duration>,
    ) -> Option<Action> {
        let upstream = self.upstream(step)?;
        Some(match verb.name {
            "upstream-gone" => Action::UpstreamGone { upstream, lasts },
            "upstream-back" => Action::UpstreamBack { upstream },
            "upstream-slow" => Action::UpstreamSlow {
                upstream,
                by: step.time("by")?,
                lasts,
            },
            "upstream-answers" => Action::UpstreamAnswers {
                upstream,
                answer: answer(step)?,
            },
            name => unreachable!("`{name}` is in the list of verbs and nowhere else"),
        })
    }

    fn expect(&self, step: Fields<'_>) -> Option<Action> {
        let kinds = ["state", "log", "push", "config"];
        let said: Vec<_> = kinds.into_iter().filter(|key| step.has(key)).collect();
        let [kind] = said[..] else {
            let text = "`expect` needs one of `state`, `log`, `push` and `config`, and only one";
            step.mistake("do", text);
            return None;
        };
        for (key, of) in [("payload", "push"), ("value", "config")] {
            if step.has(key) && kind != of {
                step.mistake(
                    key,
                    format!("`{key}` says what `{of}` must contain, and there is none"),
                );
            }
        }
        let what = match kind {
            "state" => Expected::State(step.word("state", "state", STATES)?.to_owned()),
            "log" => Expected::Log(step.text("log")?),
            "push" => Expected::Push {
                channel: step.text("push")?,
                payload: step.value("payload"),
            },
            _ => Expected::Config {
                key: step.text("config")?,
                value: step.value("value"),
            },
        };
        Some(Action::Expect {
            plugin: self.plugin(step),
            what,
            within: step.time("within").unwrap_or(PATIENCE),
        })
    }

    fn plugin(&self, step: Fields<'_>) -> String {
        step.text("plugin")
            .unwrap_or_else(|| self.plugin.to_owned())
    }

    fn upstream(&self, step: Fields<'_>) -> Option<String> {
        let names = &self.names;
        match (step.text("upstream"), &names[..]) {
            (Some(name), _) if names.contains(&&*name) => Some(name),
            (None, [only]) if !step.has("upstream") => Some((*only).to_owned()),
            (Some(name), _) => {
                let meant = suggestion(&name, names);
                let name = name.escape_debug();
                step.mistake(
                    "upstream",
                    format!("there is no `[upstream.{name}]`{meant}"),
                );
                None
            }
            (None, []) => {
                step.mistake(
                    "do",
                    "there is no stand-in: a table `[upstream.NAME]` makes one",
                );
                None
            }
            (None, _) => {
                let names = names.join("` or `");
                step.mistake("do", format!("it must say which `upstream`: `{names}`"));
                None
            }
        }
    }
}

fn request(step: Fields<'_>) -> Option<Action> {
    let method = match step.text("method") {
        None => Method::GET,
        Some(name) => {
            let method = Method::from_bytes(name.as_bytes()).ok();
            let known = method.filter(|_| name.bytes().all(|byte| byte.is_ascii_uppercase()));
            if known.is_none() {
                step.mistake("method", "`method` must be one such as `GET` or `POST`");
            }
            known?
        }
    };
    Some(Action::Request {
        method,
        path: path(step)?,
        body: step.value("body"),
        status: step.number("status", 100, 599),
        contains: step.text("contains"),
    })
}

fn upstream(table: Fields<'_>, default: &str) -> Option<Upstream> {
    table.only(&["port", "config", "answer"], "a stand-in");
    let mut answers = Vec::new();
    for each in table.tables("answer") {
        each.only(&["path", "status", "body"], "an answer");
        if each.needs("path", "an answer") {
            answers.extend(answer(each));
        }
    }
    let config = table.table("config").and_then(|config| {
        config.only(&["plugin", "key"], "`config`");
        config.needs("key", "`config`").then_some(())?;
        Some(Address {
            plugin: config.text("plugin").unwrap_or_else(|| default.to_owned()),
            key: config.text("key")?,
        })
    });
    Some(Upstream {
        line: table.line(),
        port: table.number("port", 0, u16::MAX).unwrap_or_default(),
        config,
        answers,
    })
}

fn answer(table: Fields<'_>) -> Option<Answer> {
    Some(Answer {
        path: path(table)?,
        status: table.number("status", 200, 599).unwrap_or(200),
        body: table.value("body").unwrap_or(Value::String(String::new())),
    })
}

fn path(table: Fields<'_>) -> Option<String> {
    let path = table.text("path")?;
    let is_one = path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_one {
        table.mistake("path", "`path` must begin with `/`, and have no spaces");
    }
    is_one.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong, a line for each.
    fn check(text: &str, expected: &[&str]) {
        let found = match Scenario::parse("x.toml", text) {
            Ok(_) => Vec::new(),
            Err(error) => error.lines(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_good_file_is_read_whole() {
        let text = r#"
name = "All of it"
plugin = "fleet"

[upstream.airline]
port = 8080
config = { key = "api_url" }
[[upstream.airline.answer]]
path = "/fleet"
body = [{ id = "VA-1" }]

[[step]]
do = "sign-out"

[[step]]
at = "1m30s"
do = "upstream-gone"
for = "5s"

[[step]]
after = "500ms"
do = "expect"
push = "status"
payload = { online = false }
"#;
        let scenario = Scenario::parse("x.toml", text).unwrap();
        assert_eq!(scenario.name, "All of it");
        let airline = &scenario.upstreams["airline"];
        assert_eq!((airline.line, airline.port), (5, 8080));
        assert_eq!(airline.config.as_ref().unwrap().plugin, "fleet");
        assert_eq!(airline.answers[0].status, 200);
        let steps = scenario.steps.iter();
        let shown = steps.map(|step| (step.line, step.action.to_string()));
        let expected = [
            (12, "sign-out"),
            (15, "upstream-gone airline for 5s"),
            (20, "expect fleet push status"),
        ];
        assert_eq!(
            shown.collect::<Vec<_>>(),
            expected.map(|(line, text)| (line, text.to_owned()))
        );
        assert_eq!(scenario.steps[1].when, When::At(Duration::from_secs(90)));
        let after = Duration::from_millis(500);
        assert_eq!(scenario.steps[2].when, When::After(after));
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        check(
            "",
            &[
                "x.toml:1:1: a scenario has 1 to 1000 steps, each below a line `[[step]]`, and this has 0",
            ],
        );
        check(
            "[[step]]\ndo = \"sing-out\"",
            &["x.toml:2:6: there is no verb `sing-out`: did you mean `sign-out`?"],
        );
        check(
            "[[step]]\ndo = \"note\"\ntext = \"\"",
            &["x.toml:3:8: `text` must be a text in quotes that is not empty"],
        );
        check(
            "[[step]]\ndo = \"kill\"\nplugn = \"a\"",
            &["x.toml:3:1: `kill` has no key `plugn`: did you mean `plugin`?"],
        );
        check(
            "[[step]]\ndo = \"sign-in\"\nfor = \"1s\"",
            &["x.toml:3:1: `sign-in` has no key `for`"],
        );
        check(
            "[[step]]\ndo = \"invoke\"",
            &["x.toml:1:1: `invoke` needs `channel`"],
        );
        check("[[step]]\nat = \"1s\"", &["x.toml:1:1: a step needs `do`"]);
        check(
            "nam = \"x\"\n[[step]]\ndo = \"sign-in\"",
            &["x.toml:1:1: a scenario has no key `nam`: did you mean `name`?"],
        );
        check(
            "[[step]]\ndo = \"sign-in\"\nat = 10",
            &[
                "x.toml:3:6: `at` must be a time of at most a day: numbers with units, such as `10s`, `500ms` or `1m30s`",
            ],
        );
        check(
            "[[step]]\ndo = \"sign-in\"\nat = \"1s\"\nafter = \"1s\"",
            &["x.toml:4:9: a step has `at` or `after`, but not both"],
        );
        check(
            "[[step]]\ndo = \"sign-in\"\nat = \"10s\"\n[[step]]\ndo = \"sign-out\"\nat = \"5s\"",
            &[
                "x.toml:6:6: a step at 5s cannot follow one that is not before 10s: steps stand in the order of time",
            ],
        );
        check(
            "[[step]]\ndo = \"expect\"",
            &[
                "x.toml:2:6: `expect` needs one of `state`, `log`, `push` and `config`, and only one",
            ],
        );
        check(
            "[[step]]\ndo = \"expect\"\nstate = \"runing\"\nvalue = 1",
            &[
                "x.toml:3:9: there is no state `runing`: did you mean `running`?",
                "x.toml:4:9: `value` says what `config` must contain, and there is none",
            ],
        );
        check(
            "[[step]]\ndo = \"upstream-gone\"",
            &["x.toml:2:6: there is no stand-in: a table `[upstream.NAME]` makes one"],
        );
        check(
            "[[step]]\ndo = \"request\"\npath = \"api\"",
            &["x.toml:3:8: `path` must begin with `/`, and have no spaces"],
        );
        check(
            "[[step]]\ndo = \"request\"\npath = \"/\"\nmethod = \"get\"\nstatus = 42",
            &["x.toml:4:10: `method` must be one such as `GET` or `POST`"],
        );
        check(
            "[[step]]\ndo = \"request\"\npath = \"/\"\nstatus = 42",
            &["x.toml:4:10: `status` must be a number from 100 to 599"],
        );
        check(
            "step = 1",
            &[
                "x.toml:1:8: `step` must be a list of tables, each below a line `[[step]]`",
                "x.toml:1:8: a scenario has 1 to 1000 steps, each below a line `[[step]]`, and this has 0",
            ],
        );
    }

    #[test]
    fn mistakes_of_stand_ins_are_named() {
        let step = "[[step]]\ndo = \"upstream-back\"\n";
        check(
            &format!("{step}upstream = \"airlin\"\n[upstream.airline]"),
            &["x.toml:3:12: there is no `[upstream.airlin]`: did you mean `airline`?"],
        );
        check(
            &format!("{step}[upstream.a]\n[upstream.b]"),
            &["x.toml:2:6: it must say which `upstream`: `a` or `b`"],
        );
        check(
            &format!("{step}[upstream.a]\nport = 65536"),
            &["x.toml:4:8: `port` must be a number from 0 to 65535"],
        );
        check(
            &format!("{step}[upstream.a]\nconfig = {{ plugin = \"x\" }}"),
            &["x.toml:4:10: `config` needs `key`"],
        );
        check(
            &format!("{step}[upstream]\na = 1"),
            &[
                "x.toml:2:6: there is no stand-in: a table `[upstream.NAME]` makes one",
                "x.toml:4:1: it must be a table",
            ],
        );
        check(
            &format!("{step}[[upstream.a.answer]]\nstatus = 200"),
            &["x.toml:3:1: an answer needs `path`"],
        );
    }

    #[test]
    fn all_mistakes_come_at_once_and_in_order() {
        let text = "[[step]]\ndo = \"sing-in\"\n[[step]]\ndo = \"kill\"\nx = 1\n[[step]]\nat = \"soon\"\ndo = \"note\"\n";
        let found = Scenario::parse("x.toml", text).unwrap_err();
        let lines: Vec<_> = found.mistakes.iter().map(|its| its.line).collect();
        assert_eq!(lines, [2, 5, 6, 7], "{found}");
    }

    #[test]
    fn hostile_files_are_refused() {
        let long = "#".repeat(MOST_BYTES + 1);
        check(
            &long,
            &["x.toml:1:1: a scenario has at most 1048576 bytes, and this has 1048577"],
        );
        let many = "[[step]]\ndo = \"sign-in\"\n".repeat(MOST_STEPS + 1);
        let error = Scenario::parse("x.toml", &many).unwrap_err();
        assert!(error.to_string().contains("and this has 1001"), "{error}");
        let deep = format!(
            "[[step]]\ndo = \"invoke\"\nchannel = \"c\"\npayload = {}1",
            "[".repeat(100_000)
        );
        assert!(Scenario::parse("x.toml", &deep).is_err());
        let control = "[[step]]\ndo = \"\\u001b[2J\"\n\"\\u001b\" = 1";
        let error = Scenario::parse("x.toml", control).unwrap_err().to_string();
        assert!(!error.contains('\u{1b}'), "{error}");
        for text in [
            "[[step]]\ndo = ",
            "\u{feff}[[step",
            "step = [[",
            "é = \"",
            "[[step]]\n[[step]]\nat",
        ] {
            assert!(Scenario::parse("x.toml", text).is_err(), "{text}");
        }
    }

    #[test]
    fn plugins_are_those_of_the_shell() {
        let text = "[[step]]\ndo = \"kill\"\n[[step]]\ndo = \"stop\"\nplugin = \"fleet-manger\"";
        let scenario = Scenario::parse("x.toml", text).unwrap();
        let fit = |ids: &[&str]| {
            let ids: Vec<_> = ids.iter().map(|id| (*id).to_owned()).collect();
            scenario.clone().fit(&ids).map_err(|error| error.lines())
        };
        let near = "x.toml:3:1: there is no plugin `fleet-manger`: did you mean `fleet-manager`?";
        assert_eq!(fit(&["fleet-manager"]).unwrap_err(), [near]);
        let which = "x.toml:1:1: it must say which `plugin`; this shell has a, fleet-manager";
        assert_eq!(fit(&["a", "fleet-manager"]).unwrap_err(), [which, near]);
        let fitted = fit(&["fleet-manger"]).unwrap();
        assert_eq!(fitted.steps[0].action.to_string(), "kill fleet-manger");
    }
}
