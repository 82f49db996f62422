//! Parser of scenario files.

use std::collections::BTreeMap;
use std::time::Duration;

use stratos_manifest::TomlError;
use toml::de::DeTable;

use crate::scenario::duration::format_duration;
use crate::scenario::error::{Diagnostics, ScenarioError};
use crate::scenario::mock_server_config::MockServerConfig;
use crate::scenario::model::{Scenario, Step, StepTime};
use crate::scenario::step_reader::StepReader;
use crate::scenario::table_reader::TableReader;
use crate::scenario::verbs::verbs;

/// Maximum size of a file: 1 MiB.
const MAX_BYTES: usize = 1024 * 1024;
const MAX_STEPS: usize = 1000;

impl Scenario {
    /// Parses a scenario; `file` is its name for messages. Call [`bind`](Self::bind) before it is played.
    ///
    /// # Errors
    ///
    /// When the text is not valid, with all errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        let diagnostics = Diagnostics::new(text);
        let scenario = parse(file, text, &diagnostics);
        match diagnostics.is_empty() {
            true => Ok(scenario),
            false => Err(diagnostics.into_error(file)),
        }
    }

    /// Parses a scenario and [binds](Self::bind) it to a shell with these plugins.
    ///
    /// # Errors
    ///
    /// When the text is not valid or names other plugins, with all errors of both kinds.
    pub fn parse_and_bind(
        file: &str,
        text: &str,
        plugins: &[String],
    ) -> Result<Self, ScenarioError> {
        let diagnostics = Diagnostics::new(text);
        let bound = parse(file, text, &diagnostics).bind(plugins);
        if diagnostics.is_empty() {
            return bound;
        }
        let mut error = diagnostics.into_error(file);
        if let Err(unbound) = bound {
            error.diagnostics.extend(unbound.diagnostics);
            error.diagnostics.sort_by_key(|found| found.position);
        }
        Err(error)
    }
}

/// Parses a scenario, which is complete only if there are no diagnostics.
fn parse(file: &str, text: &str, diagnostics: &Diagnostics<'_>) -> Scenario {
    let mut scenario = Scenario {
        file: file.to_owned(),
        name: file.to_owned(),
        servers: BTreeMap::new(),
        steps: Vec::new(),
    };
    let bytes = text.len();
    if bytes > MAX_BYTES {
        let message = format!("a scenario has at most {MAX_BYTES} bytes, and this has {bytes}");
        diagnostics.add(0, message);
        return scenario;
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors.into_iter().map(TomlError::from) {
        diagnostics.add(error.span.start, error.message);
    }
    if diagnostics.is_empty() {
        parse_top(
            &TableReader::new(table.get_ref(), 0, diagnostics),
            &mut scenario,
        );
    }
    scenario
}

fn parse_top(top: &TableReader<'_>, scenario: &mut Scenario) {
    top.check_keys("a scenario", &[], &["name", "plugin", "upstream", "step"]);
    if let Some(name) = top.text("name") {
        scenario.name = name;
    }
    let default_plugin = top.text("plugin").unwrap_or_default();
    let servers = top.table("upstream").map(|table| table.subtables());
    scenario.servers = servers
        .unwrap_or_default()
        .into_iter()
        .map(|(name, table)| (name, MockServerConfig::parse(table, &default_plugin)))
        .collect();
    let servers: Vec<_> = scenario.servers.keys().map(String::as_str).collect();
    let steps = top.array_of_tables("step");
    if steps.is_empty() || steps.len() > MAX_STEPS {
        let count = steps.len();
        let message = format!(
            "a scenario has 1 to {MAX_STEPS} steps, each below a line `[[step]]`, and this has {count}"
        );
        top.report("step", message);
    }
    let mut earliest = Duration::ZERO;
    for keys in steps {
        let time = parse_time(keys, &mut earliest);
        let step = StepReader {
            keys,
            servers: &servers,
        };
        scenario
            .steps
            .extend(parse_step(&step, time, &default_plugin));
    }
}

/// Parses `at` and `after`. `earliest` is the earliest possible start of the step.
fn parse_time(keys: TableReader<'_>, earliest: &mut Duration) -> Option<StepTime> {
    let time = match (keys.has("at"), keys.has("after")) {
        (true, true) => {
            keys.report("after", "a step has `at` or `after`, but not both");
            return None;
        }
        (true, false) => StepTime::At(keys.duration("at")?),
        (false, true) => StepTime::After(keys.duration("after")?),
        (false, false) => StepTime::After(Duration::ZERO),
    };
    match time {
        StepTime::At(at) if at < *earliest => {
            let (at, earliest) = (format_duration(at), format_duration(*earliest));
            let message = format!(
                "the step before starts at {earliest} or later, so this one cannot start at {at}: sort the steps by time"
            );
            keys.report("at", message);
        }
        StepTime::At(at) => *earliest = at,
        StepTime::After(after) => *earliest += after,
    }
    Some(time)
}

fn parse_step(step: &StepReader<'_>, time: Option<StepTime>, default_plugin: &str) -> Option<Step> {
    let keys = step.keys;
    if !keys.has("do") {
        keys.report("do", "a step needs `do`");
        return None;
    }
    let names: Vec<_> = verbs().map(|verb| verb.name).collect();
    let name = keys.name("do", "verb", &names)?;
    let verb = verbs().find(|verb| verb.name == name)?;
    let optional = [verb.optional, &["do", "at", "after"]].concat();
    if !keys.check_keys(&format!("`{name}`"), verb.required, &optional) {
        return None;
    }
    let plugin = match verb.takes_plugin() {
        true => keys
            .text("plugin")
            .unwrap_or_else(|| default_plugin.to_owned()),
        false => String::new(),
    };
    Some(Step {
        line: keys.line(),
        action: (verb.parse)(step)?,
        verb,
        plugin,
        expected_failure: keys.text("fails"),
        time: time?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares the errors in a text.
    fn check(text: &str, expected: &[&str]) {
        let found = match Scenario::parse("x.toml", text) {
            Ok(_) => Vec::new(),
            Err(error) => error.lines(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_valid_file_is_parsed() {
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
        let airline = &scenario.servers["airline"];
        assert_eq!((airline.line, airline.port), (5, 8080));
        assert_eq!(airline.url_key.as_ref().unwrap().plugin, "fleet");
        assert_eq!(airline.responses[0].status, 200);
        let steps = scenario.steps.iter();
        let shown = steps.map(|step| (step.line, step.to_string()));
        let expected = [
            (12, "sign-out"),
            (15, "upstream-gone airline for 5s"),
            (20, "expect fleet push status"),
        ];
        assert_eq!(
            shown.collect::<Vec<_>>(),
            expected.map(|(line, text)| (line, text.to_owned()))
        );
        assert_eq!(
            scenario.steps[1].time,
            StepTime::At(Duration::from_secs(90))
        );
        let after = Duration::from_millis(500);
        assert_eq!(scenario.steps[2].time, StepTime::After(after));
    }

    #[test]
    fn errors_have_their_position() {
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
        check(
            "[[step]]\ndo = \"invoke\"\nchannel = \"plugin:a:b\"\n[[step]]\ndo = \"expect\"\npush = \"plugin:a:c\"",
            &[
                "x.toml:3:11: channel `plugin:a:b` carries the prefix `plugin:...:`, which the shell adds by itself: write `b`",
                "x.toml:6:8: channel `plugin:a:c` carries the prefix `plugin:...:`, which the shell adds by itself: write `c`",
            ],
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
                "x.toml:6:6: the step before starts at 10s or later, so this one cannot start at 5s: sort the steps by time",
            ],
        );
        check(
            "[[step]]\ndo = \"expect\"",
            &[
                "x.toml:2:6: `expect` needs one of `state`, `log`, `push`, `config`, `phase`, `landing`, `toast`, `sound`, `indicator`, `dialog` and `log-entry`, and only one",
            ],
        );
        check(
            "[[step]]\ndo = \"expect\"\nstate = \"runing\"\nvalue = 1",
            &[
                "x.toml:3:9: there is no state `runing`: did you mean `running`?",
                "x.toml:4:9: `value` is allowed only together with `config`",
            ],
        );
        check(
            "[[step]]\ndo = \"upstream-gone\"",
            &["x.toml:2:6: there is no mock server: add a table `[upstream.NAME]`"],
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
    fn errors_in_mock_servers_are_reported() {
        let step = "[[step]]\ndo = \"upstream-back\"\n";
        check(
            &format!("{step}upstream = \"airlin\"\n[upstream.airline]"),
            &["x.toml:3:12: there is no `[upstream.airlin]`: did you mean `airline`?"],
        );
        check(
            &format!("{step}[upstream.a]\n[upstream.b]"),
            &["x.toml:2:6: the step must name an `upstream`: `a` or `b`"],
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
                "x.toml:2:6: there is no mock server: add a table `[upstream.NAME]`",
                "x.toml:4:1: `a` must be a table",
            ],
        );
        check(
            &format!("{step}[[upstream.a.answer]]\nstatus = 200"),
            &["x.toml:3:1: an answer needs `path`"],
        );
    }

    #[test]
    fn all_errors_are_reported_in_the_order_of_their_positions() {
        let text = "[[step]]\ndo = \"sing-in\"\n[[step]]\ndo = \"kill\"\nx = 1\n[[step]]\nat = \"soon\"\ndo = \"note\"\n";
        let found = Scenario::parse("x.toml", text).unwrap_err();
        let lines: Vec<_> = found.diagnostics.iter().map(|d| d.position.line).collect();
        assert_eq!(lines, [2, 5, 6, 7], "{found}");
    }

    #[test]
    fn hostile_files_are_rejected() {
        let long = "#".repeat(MAX_BYTES + 1);
        check(
            &long,
            &["x.toml:1:1: a scenario has at most 1048576 bytes, and this has 1048577"],
        );
        let many = "[[step]]\ndo = \"sign-in\"\n".repeat(MAX_STEPS + 1);
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
}
