//! The rows of the conformance suite, and the page `contract-tests.md` of the book, which is generated from them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use stratos_tests::conformance::{HostColumn, MEMBERS, Row, ShellVersion, Step, Subject, subjects};
use stratos_tests::updates_book;

use crate::conventions::root;

/// The services of the first contract; each other one needs a later shell.
const V1_SERVICES: [&str; 5] = ["logger", "config", "ipc", "auth", "server"];

/// The columns of the table of members: all hosts, whatever the system.
const MEMBER_HOSTS: [HostColumn; 3] = [HostColumn::Memory, HostColumn::Process, HostColumn::Node];

#[test]
fn the_page_of_the_contract_is_up_to_date() {
    let path = root().join("book/src/contract-tests.md");
    let wanted = page(&subjects());
    if updates_book() {
        fs::write(&path, &wanted).expect("the page can be written");
    }
    let page = fs::read_to_string(&path).expect("there is a page of the contract");
    assert!(
        page.replace("\r\n", "\n") == wanted,
        "the page is out of date: run this test with STRATOS_UPDATE_BOOK=1"
    );
}

#[test]
fn every_file_of_the_suite_is_a_subject() {
    let files = fs::read_dir(root().join("tests/conformance")).expect("the folder is there");
    let files: BTreeSet<_> = files
        .map(|file| file.expect("a file").path())
        .map(|path| path.file_stem().expect("a name").to_os_string())
        .collect();
    let named = subjects();
    let named: BTreeSet<_> = named.iter().map(|subject| subject.name.into()).collect();
    assert_eq!(files, named);
}

#[test]
fn every_row_is_complete() {
    let (subjects, mut names) = (subjects(), BTreeSet::new());
    for row in subjects.iter().flat_map(|subject| &subject.rows) {
        let name = &row.name;
        assert!(names.insert(name), "two rows are called `{name}`");
        assert!(!row.source.is_empty(), "{name}");
        assert!(
            row.steps.is_empty() != row.tests.is_empty(),
            "{name}: either `steps` or `tests`"
        );
        if let Some(first) = row.steps.first() {
            assert!(
                matches!(first, Step::Start(_)),
                "{name}: the first step is `start`"
            );
        }
        for test in &row.tests {
            assert_test_exists(test);
        }
    }
}

#[test]
fn every_member_of_ctx_has_a_row_on_every_host() {
    let subjects = subjects();
    let known: BTreeSet<_> = MEMBERS.iter().map(|(member, _)| *member).collect();
    for row in rows(&subjects) {
        for member in &row.members {
            let name = &row.name;
            assert!(known.contains(&**member), "`{name}`: unknown `{member}`");
        }
    }
    for (member, _) in MEMBERS {
        for column in MEMBER_HOSTS {
            let about = rows_about(&subjects, member, column);
            let shells: Vec<_> = about.map(|(_, row)| shell(row)).collect();
            assert!(!shells.is_empty(), "no row about `{member}` on {column}");
            let service = member.split('.').next().expect("a part");
            if !V1_SERVICES.contains(&service) {
                for version in [ShellVersion::V1, ShellVersion::V3] {
                    let has = shells.contains(&Some(version));
                    assert!(has, "no row about `{member}` with {version:?} on {column}");
                }
            }
        }
    }
}

/// The shell that a row is about, if the driver runs it.
fn shell(row: &Row) -> Option<ShellVersion> {
    match row.steps.first()? {
        Step::Start(start) => Some(start.shell),
        other => panic!("{other:?} is no start"),
    }
}

fn assert_test_exists(test: &str) {
    let (file, name) = test.split_once(": ").expect(test);
    let source = fs::read_to_string(root().join(file));
    let source = source.unwrap_or_else(|error| panic!("{file}: {error}"));
    let test = match file.ends_with(".mjs") {
        true => format!("test(\"{name}\","),
        false => format!("fn {name}("),
    };
    assert!(source.contains(&test), "{file} has no `{name}`");
}

fn page(subjects: &[Subject]) -> String {
    let run = rows(subjects).filter(|row| !row.steps.is_empty()).count();
    let all = rows(subjects).count();
    let tested = all - run;
    let mut page = format!(
        "# Contract tests

<!-- Generated: STRATOS_UPDATE_BOOK=1 cargo test -p stratos-tests --test docs -->

Each sentence of the platform's contract about background modules is a row of the *conformance suite*: data in
`tests/conformance`, which one driver runs on every host, so that neither a plugin nor its author can tell the
difference. The suite has {all} rows: {run} are run by the driver, and {tested} are tests of their own.

| Column | Host |
|---|---|
| {} | the mocked shell with plugins in its own process, as in `cargo stratos test` |
| {} | the mocked shell with plugin processes, as in `cargo stratos run` |
| {} | the background module that the real shell loads, in a model of that shell: on Node 18, 20 and 22, each with Express 4 and 5 |
| {} | the three hosts before, with programs for Windows under Wine, the background module on Node 22 with Express 5; *yes* means each of them that holds the row elsewhere |

The model of the real shell follows the platform's documentation. Nothing here runs in Electron.

The column *From* names [the source](introduction.md#sources) of the sentence. *yes* means that the driver runs the row
on this host, and a number refers to the list below the table.
",
        HostColumn::Memory,
        HostColumn::Process,
        HostColumn::Node,
        HostColumn::Windows
    );
    for subject in subjects {
        write_subject(&mut page, subject);
    }
    write_members(&mut page, subjects);
    page
}

/// The table of all members of `ctx` with the rows that show each of them.
fn write_members(page: &mut String, subjects: &[Subject]) {
    let mut notes = Notes::default();
    let columns = MEMBER_HOSTS.map(|column| column.to_string()).join(" | ");
    // Writing into a string cannot fail.
    let _ = write!(
        page,
        "\n## Every member of `ctx`\n\n\
         Each cell has the numbers of the rows below that show the member on the host, with their names and files in\n\
         `tests/conformance`. A member of later shells has a row for a shell without it.\n\n\
         | Member (V3) | In Rust | {columns} |\n|---|---|{}\n",
        "---|".repeat(MEMBER_HOSTS.len())
    );
    for (member, rust) in MEMBERS {
        let cells = MEMBER_HOSTS.map(|column| {
            let held = rows_about(subjects, member, column);
            let numbers = held.map(|(subject, row)| {
                let note = format!("`{}.toml`: {}", subject.name, row.name);
                notes.number(note).to_string()
            });
            numbers.collect::<Vec<_>>().join(", ")
        });
        let _ = writeln!(page, "| `{member}` | `{rust}` | {} |", cells.join(" | "));
    }
    notes.write(page);
}

/// The rows about a member that a host holds.
fn rows_about<'s>(
    subjects: &'s [Subject],
    member: &'s str,
    column: HostColumn,
) -> impl Iterator<Item = (&'s Subject, &'s Row)> {
    let rows = subjects
        .iter()
        .flat_map(|subject| subject.rows.iter().map(move |row| (subject, row)));
    rows.filter(move |(_, row)| {
        let is_about = row.members.iter().any(|its| its == member);
        is_about && !row.not_on.contains_key(&column)
    })
}

fn rows(subjects: &[Subject]) -> impl Iterator<Item = &Row> {
    subjects.iter().flat_map(|subject| &subject.rows)
}

fn write_subject(page: &mut String, subject: &Subject) {
    let mut notes = Notes::default();
    let columns = HostColumn::ALL.map(|column| column.to_string()).join(" | ");
    // Writing into a string cannot fail.
    let _ = write!(
        page,
        "\n## {}\n\n| Promise | From | {columns} |\n|---|---|{}\n",
        subject.title,
        "---|".repeat(HostColumn::ALL.len())
    );
    for row in &subject.rows {
        let sources: Vec<_> = row.source.iter().map(ToString::to_string).collect();
        let cells = HostColumn::ALL.map(|column| cell(row, column, &mut notes));
        let (promise, sources, cells) = (&row.promise, sources.join(", "), cells.join(" | "));
        let _ = writeln!(page, "| {promise} | {sources} | {cells} |");
    }
    notes.write(page);
}

fn cell(row: &Row, column: HostColumn, notes: &mut Notes) -> String {
    if let Some(reason) = row.not_on.get(&column) {
        return format!("no ({})", notes.number(reason.clone()));
    }
    if row.tests.is_empty() {
        return "yes".to_owned();
    }
    let tests = row.tests.iter().map(|test| {
        let (file, name) = test.split_once(": ").expect(test);
        format!("`{file}`: `{name}`")
    });
    let tests: Vec<_> = tests.collect();
    format!("test ({})", notes.number(format!("{}.", tests.join(", "))))
}

/// The list below a table, without duplicates.
#[derive(Default)]
struct Notes(Vec<String>);

impl Notes {
    fn number(&mut self, note: String) -> usize {
        let found = self.0.iter().position(|known| *known == note);
        let index = found.unwrap_or_else(|| {
            self.0.push(note);
            self.0.len() - 1
        });
        index + 1
    }
    fn write(&self, page: &mut String) {
        for (index, note) in self.0.iter().enumerate() {
            let start = if index == 0 { "\n" } else { "" };
            // Writing into a string cannot fail.
            let _ = writeln!(page, "{start}{}. {note}", index + 1);
        }
    }
}
