//! Hostile and broken input: it gives findings in bounded time, and never a panic.

use std::time::{Duration, Instant};

use stratos_manifest::{
    Levels, Linter, MAX_BYTES, ProjectFacts, Report, RuleLevel, check, position,
};

const VALID: &str = include_str!("../published/user-with-homepage.json");

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    for source in [
        "[".repeat(100_000),
        "{\"a\":".repeat(40_000),
        "[{\"a\":".repeat(30_000),
    ] {
        assert_eq!(rules(&check_bytes(source.as_bytes())), ["nested-too-deep"]);
    }
}

#[test]
fn a_file_above_the_size_limit_is_not_parsed() {
    assert_eq!(
        rules(&check_bytes(&vec![b'['; MAX_BYTES + 1])),
        ["file-too-large"]
    );
}

#[test]
fn time_is_linear_in_the_size_of_the_file() {
    let repeated = |unit: &str, bytes: usize| unit.repeat(bytes / unit.len());
    type Source<'s> = &'s dyn Fn(usize) -> String;
    let sources: [(&str, Source<'_>); 8] = [
        ("keys", &|bytes| {
            format!("{{{}\"\":0}}", repeated("\"\":0,", bytes))
        }),
        ("misspelt keys", &|bytes| {
            format!("{{{}\"\":0}}", repeated("\"verzion\":0,", bytes))
        }),
        ("empty settings", &|bytes| {
            format!("{{\"availableSettings\":[{}{{}}]}}", repeated("{},", bytes))
        }),
        ("commas", &|bytes| format!("[{}]", repeated("[1,],", bytes))),
        ("keys whose first value is long", &|bytes| {
            let (long, keys) = (repeated("0,", bytes / 2), repeated(",\"a\":0", bytes / 2));
            format!("{{\"a\":[{long}0]{keys},\"a\":[]}}")
        }),
        ("keys with equal values in another format", &|bytes| {
            let pair = ",\"a\":[0],\"a\":[ 0]";
            format!("{{\"a\":0{}}}", repeated(pair, bytes))
        }),
        ("invalid settings beside many keys", &|bytes| {
            let (keys, none) = (repeated("\"a\":0,", bytes / 2), repeated("0,", bytes / 2));
            format!("{{{keys}\"availableSettings\":[{none}0]}}")
        }),
        ("hidden characters", &|bytes| {
            format!("{{\"name\":\"a{}b\"}}", repeated("\u{200b}", bytes))
        }),
    ];
    for (name, source) in sources {
        let full = Linter::new(Levels::default());
        assert_linear_time(name, source, |source| {
            for report in [
                check_bytes(source.as_bytes()),
                full.check(source.as_bytes(), &ProjectFacts::none()),
            ] {
                assert!(report.has_errors(), "{name}");
                assert!(report.diagnostics.len() < 5_000, "{name}");
                assert_eq!(report.failed, [""; 0]);
            }
        });
    }
}

/// Files full of settings that are the worst case of some rule.
#[test]
fn time_is_linear_in_the_number_of_settings() {
    let mut levels = Levels::default();
    levels.set("pedantic", RuleLevel::Warn).unwrap();
    let full = Linter::new(levels);
    let long = "a".repeat(60);
    let options = r#"{"value":{"a":[0]},"label":"L"},"#.repeat(300);
    for setting in [
        format!(r#"{{"key":"a_b","name":"N","type":"text","scope":"user","pattern":"^(a+)+$","default":"{long}!"}}"#),
        format!(r#"{{"key":"aB","name":"N","type":"text","scope":"user","pattern":"a*a*a*!","default":"{long}"}}"#),
        format!(r#"{{"key":"a","name":"N","type":"text","scope":"user","pattern":"{}"}}"#, "(".repeat(480)),
        format!(r#"{{"key":"a","name":"N","type":"text","scope":"user","pattern":"{}"}}"#, r"\\p{L}".repeat(60)),
        r#"{"key":"a","name":"N","type":"range","scope":"user","min":9,"max":1,"step":-1,"default":"5"}"#.to_owned(),
        r#"{"key":"a","name":"N","type":"number","scope":"user","min":0,"max":1,"step":3,"default":5}"#.to_owned(),
        format!(r#"{{"key":"a","name":"N","type":"list","scope":"user","default":"x","options":[{options}0]}}"#),
        r#"{"key":"a_b"},{"key":"aB"}"#.to_owned(),
    ] {
        let source = |bytes: usize| {
            let settings = vec![setting.as_str(); bytes / (setting.len() + 1)];
            format!("{{\"availableSettings\":[{}]}}", settings.join(","))
        };
        assert_linear_time(&setting[..26], source, |source| {
            let report = full.check(source.as_bytes(), &ProjectFacts::none());
            assert_eq!(report.failed, [""; 0]);
            assert!(report.has_errors());
        });
    }
}

/// Asserts that a file of four times the size takes less than eight times as long; quadratic time would be sixteen.
///
/// Because other load distorts the times, short ones are not compared, and the fastest of three runs counts.
fn assert_linear_time(name: &str, source: impl Fn(usize) -> String, check: impl Fn(&str)) {
    let [small, large] = [MAX_BYTES / 16, MAX_BYTES / 4].map(source);
    assert!(large.len() <= MAX_BYTES && small.len() * 3 < large.len());
    let time = |source: &str| {
        let start = Instant::now();
        check(source);
        start.elapsed()
    };
    if time(&large) < Duration::from_millis(200) {
        return;
    }
    let fastest = |source| (0..3).map(|_| time(source)).min().expect("there are three");
    let ratio = fastest(&large).as_secs_f64() / fastest(&small).as_secs_f64();
    assert!(
        ratio < 8.0,
        "{name}: four times the size took {ratio} times as long"
    );
}

#[test]
fn adjacent_hidden_characters_are_removed_by_one_edit() {
    let hidden = "\u{200b}".repeat(MAX_BYTES / 4);
    let report = check_bytes(format!(r#"{{"name":"a{hidden}b"}}"#).as_bytes());
    let finding = report
        .diagnostics
        .iter()
        .find(|d| d.rule == "invisible-character");
    let edits = &finding.unwrap().fix.as_ref().unwrap().edits;
    assert_eq!(edits.len(), 1);
    assert_eq!(edits[0].span, 10..10 + hidden.len());
}

#[test]
fn every_changed_byte_gives_spans_inside_the_file() {
    let replacements = [
        0, b'"', b'\\', b'{', b']', b',', b'0', b' ', b'/', 0x80, 0xff,
    ];
    for at in 0..VALID.len() {
        let mut cut = VALID.as_bytes()[..at].to_vec();
        assert_spans_are_inside(&cut);
        cut.extend(&VALID.as_bytes()[at + 1..]);
        assert_spans_are_inside(&cut);
        for byte in replacements {
            let mut source = VALID.as_bytes().to_vec();
            source[at] = byte;
            assert_spans_are_inside(&source);
        }
    }
}

#[test]
fn messages_have_no_control_characters() {
    let source = VALID
        .replace("fuel-check\"", "\\u001b[2J\\u202e\"")
        .replace("user", "\\u0007")
        .replace("homepage", "home\\u009bpage");
    for diagnostic in check_bytes(source.as_bytes()).diagnostics {
        let words = format!(
            "{}{:?}{:?}",
            diagnostic.message, diagnostic.note, diagnostic.help
        );
        assert!(
            !words.contains(|c: char| c.is_control() || c == '\u{202e}'),
            "{words:?}"
        );
    }
}

fn assert_spans_are_inside(source: &[u8]) {
    let decoded = String::from_utf8_lossy(source);
    for diagnostic in check_bytes(source).diagnostics {
        let span = diagnostic.span;
        assert!(
            span.start <= span.end && span.end <= source.len(),
            "{span:?} in {decoded}"
        );
        position(&decoded, span.start);
    }
}

fn check_bytes(source: &[u8]) -> Report {
    check(source, &ProjectFacts::none())
}

fn rules(report: &Report) -> Vec<&'static str> {
    report.diagnostics.iter().map(|d| d.rule).collect()
}
