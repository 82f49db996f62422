//! Input that means harm, or is broken beyond meaning: findings, never a panic.

use std::time::{Duration, Instant};

use stratos_manifest::{
    Levels, Linter, MAX_BYTES, ProjectFacts, Report, RuleLevel, check, position,
};

const VALID: &str = include_str!("../published/user-with-homepage.json");

#[test]
fn depth_does_not_exhaust_the_stack() {
    for source in [
        "[".repeat(100_000),
        "{\"a\":".repeat(40_000),
        "[{\"a\":".repeat(30_000),
    ] {
        assert_eq!(rules(&check_bytes(source.as_bytes())), ["nested-too-deep"]);
    }
}

#[test]
fn size_is_refused_before_anything_is_read() {
    assert_eq!(
        rules(&check_bytes(&vec![b'['; MAX_BYTES + 1])),
        ["file-too-large"]
    );
}

#[test]
fn the_worst_file_of_the_allowed_size_takes_no_time() {
    let many_keys = format!("{{{}\"\":0}}", "\"\":0,".repeat(MAX_BYTES / 5 - 2));
    let misspelt = format!("{{{}\"\":0}}", "\"verzion\":0,".repeat(MAX_BYTES / 12 - 2));
    let empty_settings = format!(
        "{{\"availableSettings\":[{}{{}}]}}",
        "{},".repeat(MAX_BYTES / 3 - 20)
    );
    let commas = format!("[{}]", "[1,],".repeat(MAX_BYTES / 5 - 2));
    let full = Linter::new(Levels::default());
    for source in [many_keys, misspelt, empty_settings, commas] {
        assert!(source.len() <= MAX_BYTES);
        let start = Instant::now();
        let reports = [
            check_bytes(source.as_bytes()),
            full.check(source.as_bytes(), &ProjectFacts::none()),
        ];
        for report in reports {
            assert!(report.has_errors() && report.omitted > 10_000);
            assert!(report.diagnostics.len() < 5_000);
            assert_eq!(report.failed, [""; 0]);
        }
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{}",
            &source[..20]
        );
    }
}

/// As many settings as there is room for, each of which gives the rules as much to do as it can.
#[test]
fn the_worst_settings_take_no_time() {
    let mut levels = Levels::default();
    levels.set("pedantic", RuleLevel::Warn).unwrap();
    let full = Linter::new(levels);
    let long = "a".repeat(60);
    let options = r#"{"value":{"a":[0]},"label":"L"},"#.repeat(MAX_BYTES / 32 - 20);
    for setting in [
        format!(r#"{{"key":"a_b","name":"N","type":"text","scope":"user","pattern":"^(a+)+$","default":"{long}!"}}"#),
        format!(r#"{{"key":"aB","name":"N","type":"text","scope":"user","pattern":"a*a*a*!","default":"{long}"}}"#),
        format!(r#"{{"key":"a","name":"N","type":"text","scope":"user","pattern":"{}"}}"#, "(".repeat(480)),
        format!(r#"{{"key":"a","name":"N","type":"text","scope":"user","pattern":"{}"}}"#, r"\\p{L}".repeat(60)),
        r#"{"key":"a","name":"N","type":"range","scope":"user","min":9,"max":1,"step":-1,"default":"5"}"#.to_owned(),
        r#"{"key":"a","name":"N","type":"number","scope":"user","min":0,"max":1,"step":3,"default":5}"#.to_owned(),
        format!(r#"{{"key":"a","name":"N","type":"list","scope":"user","default":"x","options":[{options}0]}}"#),
    ] {
        let settings = vec![setting.as_str(); (MAX_BYTES - 30) / (setting.len() + 1)];
        let source = format!("{{\"availableSettings\":[{}]}}", settings.join(","));
        assert!(source.len() <= MAX_BYTES && !settings.is_empty());
        let start = Instant::now();
        let report = full.check(source.as_bytes(), &ProjectFacts::none());
        assert_eq!(report.failed, [""; 0]);
        assert!(report.has_errors());
        assert!(start.elapsed() < Duration::from_secs(20), "{:?} for {}", start.elapsed(), &setting[..90]);
    }
}

#[test]
fn a_text_of_hidden_characters_takes_no_time() {
    let hidden = "\u{200b}".repeat(MAX_BYTES / 4);
    let start = Instant::now();
    let report = check_bytes(format!(r#"{{"name":"a{hidden}b"}}"#).as_bytes());
    let finding = report
        .diagnostics
        .iter()
        .find(|d| d.rule == "invisible-character");
    assert_eq!(
        finding.unwrap().fix.as_ref().unwrap().edits[0].text,
        r#""ab""#
    );
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn every_broken_byte_is_survived() {
    let replacements = [
        0, b'"', b'\\', b'{', b']', b',', b'0', b' ', b'/', 0x80, 0xff,
    ];
    for at in 0..VALID.len() {
        let mut cut = VALID.as_bytes()[..at].to_vec();
        spans_fit(&cut);
        cut.extend(&VALID.as_bytes()[at + 1..]);
        spans_fit(&cut);
        for byte in replacements {
            let mut source = VALID.as_bytes().to_vec();
            source[at] = byte;
            spans_fit(&source);
        }
    }
}

#[test]
fn messages_carry_no_control_characters() {
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

fn spans_fit(source: &[u8]) {
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
