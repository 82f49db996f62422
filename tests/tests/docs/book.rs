//! Chapters, links, manifests and commands of the book. Its Rust blocks are doctests, see `src/book.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use stratos_host::scenario::{KEYS, Scenario, verbs};
use stratos_manifest::{ProjectFacts, check};
use stratos_tests::{stratos, updates_book};

#[test]
fn every_chapter_is_in_the_summary_and_the_doctests() {
    let chapters: BTreeSet<String> = pages().into_keys().filter(|n| n != "SUMMARY.md").collect();
    let summary = pages().remove("SUMMARY.md").unwrap();
    assert_eq!(links(&summary).collect::<BTreeSet<_>>(), chapters);
    let doctests = include_str!("../../src/book.rs");
    for chapter in chapters {
        assert!(
            doctests.contains(&format!("book/src/{chapter}\"")),
            "{chapter}"
        );
    }
}

#[test]
fn every_link_and_include_exists() {
    let pages = pages();
    for (name, text) in &pages {
        for link in links(text).filter(|link| !link.contains("://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let file = if file.is_empty() { name } else { file };
            assert!(root().join(file).is_file(), "{name}: {link}");
            let headings = pages
                .get(file)
                .map(|page| anchors(page))
                .unwrap_or_default();
            assert!(
                anchor.is_empty() || headings.contains(anchor),
                "{name}: {link}"
            );
        }
        for line in text.lines() {
            let included = line
                .strip_prefix("{{#include ")
                .and_then(|l| l.strip_suffix("}}"));
            assert!(
                included.is_none_or(|file| root().join(file).is_file()),
                "{name}: {line}"
            );
        }
    }
}

#[test]
fn every_block_has_a_language_and_no_rust_is_ignored() {
    for (name, text) in pages() {
        for Block { info, text } in blocks(&text) {
            assert!(
                !info.is_empty() && !info.contains("ignore"),
                "{name}: {info}\n{text}"
            );
        }
    }
}

#[test]
fn manifests_in_the_book_have_no_findings() {
    let mut manifests = 0;
    // The page of rules shows invalid manifests.
    for (name, text) in pages().into_iter().filter(|(name, _)| name != "rules.md") {
        for block in blocks(&text).filter(|block| block.info == "json") {
            let value: Value = serde_json::from_str(&block.text).expect(&name);
            if value.get("version").is_some() {
                let report = check(block.text.as_bytes(), &ProjectFacts::none());
                assert!(
                    report.diagnostics.is_empty(),
                    "{name}: {:?}",
                    report.diagnostics
                );
                manifests += 1;
            }
        }
    }
    assert!(manifests > 0, "the book contains manifests");
}

#[test]
fn every_command_in_the_book_exists() {
    let help = commands();
    for (name, text) in pages() {
        let text = with_includes(&text);
        let blocks =
            blocks(&text).filter(|block| matches!(&*block.info, "console" | "sh" | "yaml"));
        for line in
            blocks.flat_map(|block| block.text.lines().map(str::to_owned).collect::<Vec<_>>())
        {
            let Some((before, command)) = line.split_once("cargo stratos ") else {
                continue;
            };
            // Text in backticks before the command means that the line is output.
            if before.contains('`') {
                continue;
            }
            let command = command.split(" -- ").next().unwrap_or_default();
            let mut words = command.split_whitespace();
            let known = words.next().and_then(|word| help.get(word));
            let options = known.unwrap_or_else(|| panic!("{name}: {line}"));
            for option in words.filter(|word| word.starts_with("--")) {
                assert!(options.contains(option), "{name}: {line}");
            }
        }
    }
}

#[test]
fn every_command_and_option_is_in_the_book() {
    let mut pages = pages();
    let all = pages.remove("mocked-shell.md").unwrap();
    let linter = pages.remove("linter.md").unwrap();
    let ship = pages.remove("ship.md").unwrap();
    let flights = all.clone() + &pages.remove("flights.md").unwrap();
    for (command, options) in commands() {
        let page = match &*command {
            "check" | "explain" | "schema" => &linter,
            "flight" => &flights,
            "build" | "pack" | "install" | "uninstall" | "installed" | "deploy" | "doctor" => &ship,
            _ => &all,
        };
        assert!(
            all.contains(&format!("`cargo stratos {command}")),
            "{command}"
        );
        assert!(
            page.contains(&format!("cargo stratos {command}")),
            "{command}"
        );
        for option in options {
            let mentions = [
                format!("`{option}"),
                format!("[{option}"),
                format!(" {option}"),
            ];
            assert!(
                mentions.iter().any(|m| page.contains(m)),
                "{command} {option}"
            );
        }
    }
}

#[test]
fn the_page_of_rules_is_up_to_date() {
    let explained = stratos(Path::new("."), ["explain", "--format", "markdown"]);
    assert_eq!(explained.code, Some(0), "{explained:?}");
    let path = root().join("rules.md");
    if updates_book() {
        fs::write(&path, &explained.stdout).expect("the page can be written");
    }
    let page = fs::read_to_string(&path).expect("there is a page of the rules");
    assert!(
        page.replace("\r\n", "\n") == explained.stdout,
        "the page is out of date: run this test with STRATOS_UPDATE_BOOK=1"
    );
}

#[test]
fn scenarios_in_the_book_are_valid() {
    let page = pages().remove("scenarios.md").unwrap();
    let scenarios: Vec<_> = blocks(&page).filter(|block| block.info == "toml").collect();
    assert!(!scenarios.is_empty());
    for block in scenarios {
        let ids = ["my-plugin".to_owned()];
        Scenario::parse_and_bind("scenarios.md", &block.text, &ids).unwrap();
    }
}

/// The tables of verbs and keys in `scenarios.md` are generated.
#[test]
fn the_tables_of_scenario_verbs_are_up_to_date() {
    let mut table =
        String::from("| `do` | Effect | Keys; those in brackets are optional |\n|---|---|---|\n");
    for verb in verbs() {
        let needs = verb.required.iter().map(|key| format!("`{key}`"));
        let takes = verb.optional.iter().map(|key| format!("[`{key}`]"));
        let keys: Vec<_> = needs.chain(takes).collect();
        let line = format!(
            "| `{}` | {} | {} |\n",
            verb.name,
            verb.summary,
            keys.join(" ")
        );
        table.push_str(&line);
    }
    let mut keys = String::from("| Key | Value |\n|---|---|\n");
    for key in KEYS {
        keys.push_str(&format!("| `{}` | {} |\n", key.name, key.summary));
    }
    let path = root().join("scenarios.md");
    let page = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let mut wanted = page.clone();
    for (name, table) in [("verbs", table), ("keys", keys)] {
        let mark = format!("<!-- {name} -->\n");
        let (before, after) = wanted.split_once(&mark).expect("the page has the mark");
        // The old table ends at the first empty line.
        let rest = match after.starts_with('|') {
            true => &after[after.find("\n\n").expect("a table ends") + 1..],
            false => after,
        };
        wanted = format!("{before}{mark}{table}{rest}");
    }
    if updates_book() {
        fs::write(&path, &wanted).expect("the page can be written");
        return;
    }
    assert!(
        page == wanted,
        "the tables are out of date: run this test with STRATOS_UPDATE_BOOK=1"
    );
}

/// The compiler messages in `ten-mistakes.md` equal those of the SDK's UI tests.
#[test]
fn compiler_messages_in_the_book_match_the_ui_tests() {
    let page = pages().remove("ten-mistakes.md").unwrap();
    let cases = root().join("../../stratos-sdk/tests/ui");
    let mut shown = 0;
    for part in page.split("<!-- ").skip(1) {
        let (case, _) = part.split_once(" -->").expect("a comment ends");
        let mut blocks = blocks(part);
        let message = blocks.next().expect("a message");
        let pinned = fs::read_to_string(cases.join(format!("fail/{case}.stderr"))).expect(case);
        assert_eq!(
            message.text, pinned,
            "{case}: copy the pinned message into the page"
        );

        let mut code = fs::read_to_string(cases.join(format!("fail/{case}.rs"))).expect(case);
        code += &fs::read_to_string(cases.join("broken.json")).expect("the manifest with errors");
        let repair = blocks.next().expect("a repair");
        let kept = repair.text.lines().filter(|line| !line.starts_with('+'));
        for line in kept.filter_map(|line| line.get(1..)) {
            assert!(code.lines().any(|found| found == line), "{case}: {line}");
        }
        shown += 1;
    }
    assert_eq!(shown, 10);
}

/// All commands with their long options, including those of subcommands.
fn commands() -> BTreeMap<String, BTreeSet<String>> {
    let help = |arguments: &[&str]| {
        let arguments = [arguments, &["--help"]].concat();
        stratos(Path::new("."), arguments).stdout
    };
    let mut all = BTreeMap::new();
    for command in subcommands(&help(&[])) {
        let text = help(&[&command]);
        let mut its = long_options(&text);
        for inner in subcommands(&text) {
            its.extend(long_options(&help(&[&command, &inner])));
        }
        all.insert(command, its);
    }
    assert!(all.contains_key("run"), "the help lists commands: {all:?}");
    all
}

fn subcommands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = listed
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next());
    let others = names.filter(|name| *name != "help");
    others.map(str::to_owned).collect()
}

fn long_options(help: &str) -> BTreeSet<String> {
    let lines = help.lines().map(str::trim);
    let words = lines
        .filter(|line| line.starts_with('-'))
        .flat_map(|line| line.split([' ', ',', '=', '[', '.']));
    let long = words.filter(|word| word.len() > 2 && word.starts_with("--"));
    // clap marks an option that can be repeated with dots.
    let names = long.map(|word| word.trim_end_matches('.'));
    let others = names.filter(|word| !matches!(*word, "--help" | "--version"));
    others.map(str::to_owned).collect()
}

/// A fenced code block: its info string and its content.
struct Block {
    info: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/src")
}

/// The pages of the book by file name.
fn pages() -> BTreeMap<String, String> {
    let entries = fs::read_dir(root()).expect("the book lies beside the tests");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let pages = paths.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let named = pages.map(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&path).expect("a page is text");
        (name.into_owned(), text)
    });
    named.collect()
}

/// Replaces the include directives of mdBook with the files.
fn with_includes(page: &str) -> String {
    let lines = page.lines().map(|line| {
        let file = line
            .strip_prefix("{{#include ")
            .and_then(|line| line.strip_suffix("}}"));
        match file {
            Some(file) => fs::read_to_string(root().join(file)).expect("an included file is text"),
            None => format!("{line}\n"),
        }
    });
    lines.collect()
}

fn blocks(page: &str) -> impl Iterator<Item = Block> {
    // Every second part is between two fences.
    page.split("```").skip(1).step_by(2).map(|part| {
        let (info, text) = part.split_once('\n').unwrap_or((part, ""));
        Block {
            info: info.trim().to_owned(),
            text: text.to_owned(),
        }
    })
}

fn prose(page: &str) -> impl Iterator<Item = &str> {
    page.split("```").step_by(2).flat_map(str::lines)
}

/// Targets of the links outside of code blocks.
fn links(page: &str) -> impl Iterator<Item = String> {
    prose(page).flat_map(|line| {
        let targets = line.split("](").skip(1);
        targets
            .filter_map(|rest| rest.split_once(')'))
            .map(|(target, _)| target.to_owned())
    })
}

/// The anchors that mdBook generates for headings.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = prose(page).filter(|line| line.starts_with('#'));
    let names = headings.map(|line| line.trim_start_matches('#').trim().to_lowercase());
    let is_kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    names
        .map(|name| {
            name.chars()
                .filter(is_kept)
                .collect::<String>()
                .replace(' ', "-")
        })
        .collect()
}

#[test]
fn the_table_of_flight_data_has_every_field() {
    let read = |path| fs::read_to_string(root().join(path)).unwrap();
    let source = read("../../stratos-protocol/src/flight_data.rs");
    let page = read("flights.md");
    let fields = source.lines().filter_map(|line| {
        let (field, rest) = line.strip_prefix("    ")?.split_once(": ")?;
        let (ty, name) = rest.strip_suffix(',')?.split_once(" = \"")?;
        let name = name.split('"').next()?;
        Some(format!("| `{field}` | `{ty}` | `{name}`"))
    });
    let fields: Vec<_> = fields.collect();
    assert_eq!(fields.len(), 46);
    for row in fields {
        assert!(page.contains(&row), "{row}");
    }
}
