//! Hostile and broken input: it gives findings in bounded time, and never a panic.

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

/// Files of the largest size that are the worst case of some rule: in quadratic time, this test would take hours.
#[test]
fn the_worst_files_of_the_largest_size_are_checked() {
    let fill = |unit: &str| unit.repeat(MAX_BYTES / 2 / unit.len());
    let half = |unit: &str| unit.repeat(MAX_BYTES / 4 / unit.len());
    let long = "a".repeat(60);
    let options = r#"{"value":{"a":[0]},"label":"L"},"#.repeat(300);
    let setting = |fields: &str| {
        let setting = format!(r#"{{"key":"a_b","name":"N","scope":"user",{fields}}},"#);
        format!(r#"{{"availableSettings":[{}0]}}"#, fill(&setting))
    };
    let mut levels = Levels::default();
    levels.set("pedantic", RuleLevel::Warn).unwrap();
    let full = Linter::new(levels);
    for source in [
        format!(r#"{{{}"":0}}"#, fill(r#""":0,"#)),
        format!(r#"{{{}"":0}}"#, fill(r#""verzion":0,"#)),
        format!(r#"{{"availableSettings":[{}{{}}]}}"#, fill("{},")),
        format!("[{}]", fill("[1,],")),
        // Keys whose first value is long.
        format!(r#"{{"a":[{}0]{},"a":[]}}"#, half("0,"), half(r#","a":0"#)),
        // Keys with equal values in another format.
        format!(r#"{{"a":0{}}}"#, fill(r#","a":[0],"a":[ 0]"#)),
        format!(
            r#"{{{}"availableSettings":[{}0]}}"#,
            half(r#""a":0,"#),
            half("0,")
        ),
        format!(r#"{{"name":"a{}b"}}"#, fill("\u{200b}")),
        setting(&format!(
            r#""type":"text","pattern":"^(a+)+$","default":"{long}!""#
        )),
        setting(&format!(
            r#""type":"text","pattern":"a*a*a*!","default":"{long}""#
        )),
        setting(&format!(r#""type":"text","pattern":"{}""#, "(".repeat(480))),
        setting(&format!(
            r#""type":"text","pattern":"{}""#,
            r"\\p{L}".repeat(60)
        )),
        setting(r#""type":"range","min":9,"max":1,"step":-1,"default":"5""#),
        setting(r#""type":"number","min":0,"max":1,"step":3,"default":5"#),
        setting(&format!(
            r#""type":"list","default":"x","options":[{options}0]"#
        )),
        setting(r#""type":"text"},{"key":"aB""#),
    ] {
        for report in [
            check_bytes(source.as_bytes()),
            full.check(source.as_bytes(), &ProjectFacts::none()),
        ] {
            let start = &source[..40];
            assert!(report.has_errors(), "{start}");
            assert!(report.diagnostics.len() < 5_000, "{start}");
            assert_eq!(report.failed, [""; 0], "{start}");
        }
    }
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
