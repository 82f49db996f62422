//! Text of plugins and their files is escaped: it contains no commands for terminals or CI services, and forges no
//! line.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use stratos_tests::{Plugins, RunOptions, ShellProcess, UNTRUSTED_TEXTS, cargo_stratos};

use crate::SAMPLE;

/// Texts that a terminal, a browser, a CI service or a reader could interpret.
const HOSTILE: &[&str] = &[
    // Colours, window titles, the clipboard, links, images.
    "\u{1b}[31mred",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]52;c;ZXZpbA==\u{7}",
    "\u{1b}]52;c;ZXZpbA==\u{1b}\\",
    "\u{1b}]8;;http://evil.test\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "\u{1b}]1337;File=inline=1:AA==\u{7}",
    "\u{1b}_Gi=1,a=T;AA==\u{1b}\\",
    "\u{1b}P$q\"p\u{1b}\\",
    "\u{1b}^message\u{1b}\\",
    "\u{1b}Xstring\u{1b}\\",
    // Cursor movement, clearing, and queries that the terminal answers as if typed.
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}[1A\u{1b}[2K",
    "\u{1b}[?1049h",
    "\u{1b}[?25l",
    "\u{1b}[6n",
    "\u{1b}[c",
    "\u{1b}[20t",
    "\u{1b}[>4;2m",
    "\u{1b}[?2004h",
    "\u{1b}c",
    "\u{1b}#8",
    "\u{1b}(0",
    "\u{1b}",
    "\u{1b}[",
    // C1 control characters.
    "\u{9b}31m",
    "\u{9d}52;c;ZXZpbA==\u{9c}",
    "\u{90}q\u{9c}",
    "\u{84}\u{85}\u{88}\u{8d}",
    // Control characters.
    "a\0b",
    "\u{7}",
    "secret\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}public",
    "down\u{b}and\u{c}out",
    "over\rwritten",
    "over\r\nwritten",
    "\t\ttabs",
    "\u{e}shifted\u{f}",
    "\u{5}",
    "\u{11}\u{13}",
    "\u{1a}",
    "\u{7f}",
    // Bidirectional and invisible characters.
    "\u{202e}txt.exe",
    "\u{202a}\u{202b}\u{202c}\u{202d}",
    "\u{2066}\u{2067}\u{2068}\u{2069}",
    "\u{200e}\u{200f}\u{61c}",
    "zero\u{200b}\u{200c}\u{200d}\u{2060}width",
    "\u{feff}mark",
    "\u{2028}\u{2029}",
    "\u{e0041}\u{e0042}\u{e007f}",
    "\u{180e}",
    // Forged lines of the shell, and commands for CI services.
    "first\nsays running",
    "first\n\n  stopped",
    "::error file=a.rs::forged",
    "::set-output name=a::b",
    "##[error]forged",
    "##vso[task.complete result=Failed]",
    // Markup and templates.
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{7*7}} ${7*7} %s %n {}",
    "\u{fdfd}\u{1f469}\u{200d}\u{1f680} e\u{301}",
];

#[test]
fn plugin_output_is_escaped() {
    let plugins = Plugins::new(SAMPLE, &["says", "refuses", "explodes"]);
    let words = words(&plugins);
    let plain = run(&plugins, &words, "never");
    assert_harmless(&plain);
    for expected in [
        "says     info  [stdout] \\u{1b}]52;c;ZXZpbA==\\u{7}",
        "says     warn  [stderr] a\\u{0}b",
        "says     info  [\\u{202e}txt.exe] \\u{202e}txt.exe",
        "says     error [said] <script>alert(1)</script> {\"<script>alert(1)</script>\":[\"<script>alert(1)</script>\"]}",
        "says     info  [first\\nsays running] first\\nsays running",
        "says     info  [stdout] says running",
        "says     info  [stdout] ::error file=a.rs::forged",
        "says     info  [stdout] #\\u{23}[error]forged",
        "says     running",
    ] {
        let count = plain.lines().filter(|line| *line == expected).count();
        assert_eq!(count, 1, "{expected}: {plain}");
    }
    for (id, begin) in [
        ("refuses", "on_start failed: "),
        ("explodes", "on_start panicked: "),
    ] {
        let reason = format!("{id:8} errored: {begin}\\u{{1b}}[31mred ");
        assert!(plain.contains(&reason), "{reason}: {plain}");
    }
    // No line begins with text of a plugin.
    let known = [
        "says ",
        "refuses ",
        "explodes ",
        "  ",
        "Mocked ",
        "Next: ",
        "error: ",
        "help: ",
        "stopping",
    ];
    for line in plain.lines().filter(|line| !line.is_empty()) {
        assert!(known.iter().any(|begin| line.starts_with(begin)), "{line}");
    }

    // The coloured output differs only by colours.
    let coloured = run(&plugins, &words, "always");
    assert!(coloured.contains("\u{1b}["), "{coloured}");
    assert_eq!(
        plugin_texts(&without_colours(&coloured)),
        plugin_texts(&plain)
    );
}

#[test]
fn json_events_are_escaped() {
    let plugins = Plugins::new(SAMPLE, &["says", "refuses", "explodes"]);
    let words = words(&plugins);
    let shown = run_with(plugins.root(), Path::new("."), &words, &["--json"]);
    assert_harmless(&shown);
    let lines = shown.lines().filter(|line| line.starts_with('{'));
    let events: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // The JSON events contain the original texts.
    for text in HOSTILE {
        let logged = |event: &Value| event["tag"] == *text && event["message"] == *text;
        assert!(events.iter().any(logged), "{text:?}: {shown}");
    }
}

#[test]
fn output_of_commands_about_a_plugin_is_escaped() {
    let plugins = Plugins::new(SAMPLE, &["says", "refuses"]);
    let env = vec![(UNTRUSTED_TEXTS.to_owned(), words(&plugins))];
    let options = RunOptions {
        env,
        ..RunOptions::default()
    };
    // Reading the events fails for lines that are not JSON.
    let shell = ShellProcess::start_with(plugins.root(), options);
    for command in [
        &["ps"][..],
        &["ps", "--json"],
        &["config", "list", "says"],
        &["config", "export", "says"],
        &["config", "get", "says", "\u{1b}[31mred"],
        &["config", "get", "says", "\u{1b}[32mgreen"],
        &["call", "says", "\u{1b}]0;title\u{7}", "1"],
        &["call", "says", "echo", "\"\\u009b31m \\u202e\""],
        &["call", "\u{1b}c", "echo", "1"],
        &["start", "\u{202e}"],
        &["auth", "\u{1b}[31m"],
    ] {
        let done = shell.command(command);
        assert!(
            !(done.stdout.clone() + &done.stderr).is_empty(),
            "{command:?}"
        );
        assert_harmless(&done.stdout);
        assert_harmless(&done.stderr);
    }
}

#[test]
fn file_contents_are_escaped() {
    const GOOD: &str = r#""id": "sample", "name": "N", "version": "1.0.0", "description": "D"#;
    for (place, manifest) in [
        ("name", GOOD.replace("\"N\"", "HOSTILE")),
        (
            "description",
            GOOD.replace("\"D", "HOSTILE")
                .replace("HOSTILE", "HOSTILE_"),
        ),
        ("version", GOOD.replace("\"1.0.0\"", "HOSTILE")),
        ("id", GOOD.replace("\"sample\"", "HOSTILE")),
        ("key", GOOD.replace("\"name\"", "HOSTILE")),
    ] {
        for text in [
            "\u{1b}[31m\u{7}\u{9b}2J",
            "\u{202e}\0<script>",
            "a\nb\r::error::c",
        ] {
            let quoted = serde_json::to_string(text).unwrap();
            let (whole, open) = (quoted.as_str(), quoted.trim_end_matches('"'));
            let manifest = manifest.replace("HOSTILE_", open).replace("HOSTILE", whole);
            let plugins = Plugins::new(SAMPLE, &["sample"]);
            let rest = r#"", "type": "user", "author": { "id": "a", "name": "A" }, "icon_light": "l.svg", "icon_dark": "d.svg""#;
            let file = plugins.root().join("sample").join("plugin.json");
            fs::write(file, format!("{{ {manifest}{rest} }}")).unwrap();
            let shown = run(&plugins, "", "never");
            assert!(!shown.is_empty(), "{place}");
            assert_harmless(&shown);
        }
    }

    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let folder = plugins.root().join("sample");
    for settings in [
        "[dev]\norigins = [\"\\u001b[31m\\u009b\"]",
        "[auth.\"\\u001b[31m\"]\nsigned_in = 1",
        "\"\\u001b]0;x\\u0007\" = 1",
        "\u{1b}[31m = 1",
        "a = \"\u{202e}\"",
    ] {
        fs::write(folder.join("stratos.toml"), settings).unwrap();
        let shown = run_in(&folder, Path::new("."), "", "never");
        assert!(shown.contains("stratos.toml"), "{shown}");
        assert_harmless(&shown);
    }
}

/// Most systems allow any folder name.
#[cfg(target_os = "linux")]
#[test]
fn folder_names_are_escaped() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let folder = plugins.root().join("\u{1b}[31m\u{202e}\n::error::x");
    fs::create_dir(&folder).unwrap();
    fs::rename(plugins.root().join("sample"), folder.join("sample")).unwrap();
    assert_harmless(&run_in(plugins.root(), &folder, "", "never"));
    assert_harmless(&run_in(&folder, Path::new("nowhere"), "", "never"));
    fs::write(folder.join("sample/plugin.json"), "{").unwrap();
    assert_harmless(&run_in(plugins.root(), &folder, "", "never"));
    fs::remove_file(folder.join("sample/plugin.json")).unwrap();
    assert_harmless(&run_in(plugins.root(), &folder, "", "never"));
}

/// Writes the hostile texts to a file for the sample plugin.
fn words(plugins: &Plugins) -> String {
    assert!(HOSTILE.len() > 50);
    let file = plugins.root().join("words.json");
    fs::write(&file, serde_json::to_vec(HOSTILE).unwrap()).unwrap();
    file.into_os_string().into_string().unwrap()
}

fn run(plugins: &Plugins, words: &str, colour: &str) -> String {
    run_in(plugins.root(), Path::new("."), words, colour)
}

fn run_in(folder: &Path, plugins: &Path, words: &str, colour: &str) -> String {
    run_with(folder, plugins, words, &["--color", colour])
}

/// The output until all plugins have started or failed.
fn run_with(folder: &Path, plugins: &Path, words: &str, arguments: &[&str]) -> String {
    let output = Command::new(cargo_stratos())
        .args([
            "run",
            "--port",
            "auto",
            "--no-watch",
            "--fresh",
            "--exit-when-ready",
        ])
        .args(["--state", "state"])
        .args(arguments)
        .arg(plugins)
        .current_dir(folder)
        .env(UNTRUSTED_TEXTS, words)
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let all = [output.stdout, output.stderr].concat();
    String::from_utf8(all).unwrap()
}

fn assert_harmless(text: &str) {
    let is_harmful = |character: &char| {
        matches!(character,
            '\0'..='\u{9}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}')
    };
    let found: Vec<char> = text.chars().filter(is_harmful).collect();
    assert!(found.is_empty(), "{found:?} in {text:?}");
    for command in ["##[", "##vso["] {
        assert!(!text.contains(command), "{text}");
    }
    assert!(
        !text.lines().any(|line| line.trim_start().starts_with("::")),
        "{text}"
    );
}

/// Removes colour sequences.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('m').expect("a colour ends with m");
        assert!(
            code.chars().all(|c| c.is_ascii_digit() || c == ';'),
            "{part:?}"
        );
        plain.push_str(rest);
    }
    plain
}

/// The texts of the plugin, sorted, because stdout, stderr and log messages arrive in any order.
fn plugin_texts(text: &str) -> Vec<&str> {
    let mut lines: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("says "))
        .collect();
    lines.sort_unstable();
    lines
}
