//! The book's page about misbehaviour is the table of what is tested.

use std::fs;
use std::path::Path;

use super::rows::{ALL, Row};

const TITLES: [&str; 8] = [
    "Programs that do not start",
    "Ends and refusals before the greeting",
    "Greetings",
    "Lines of the protocol",
    "Calls",
    "Output and streams",
    "Hooks and handlers",
    "HTTP",
];
const BEGIN: &str = "<!-- the faults, written by a test -->\n";
/// Asks for generated pages to be written.
const UPDATE: &str = "STRATOS_UPDATE_BOOK";

#[test]
fn the_book_says_what_comes_of_each_fault() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/src/faults.md");
    let page = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let (above, _) = page.split_once(BEGIN).expect("a place for the tables");
    let tables: String = TITLES
        .iter()
        .zip(ALL)
        .map(|(title, rows)| table(title, rows))
        .collect();
    let expected = format!("{above}{BEGIN}{tables}");
    #[expect(clippy::disallowed_methods, reason = "tests have no context to ask")]
    if std::env::var_os(UPDATE).is_some_and(|asked| asked == "1") {
        fs::write(&path, &expected).unwrap();
    }
    // Some faults exist on Unix only, and the page has them all.
    if cfg!(unix) {
        let page = fs::read_to_string(&path).unwrap();
        assert_eq!(page, expected, "run this test with {UPDATE}=1");
    }
}

fn table(title: &str, rows: &[Row]) -> String {
    let lines: String = rows.iter().map(line).collect();
    format!(
        "\n## {title}\n\n| A plugin that ... | is then | and somebody reads |\n|---|---|---|\n{lines}"
    )
}

fn line(row: &Row) -> String {
    let says = match row.says.split_once(" {\"error\":\"") {
        Some((status, _)) => format!("`{status}`, `did not answer`"),
        None if row.says.is_empty() => String::new(),
        None => format!("`{}`", row.says.replace('`', "'")),
    };
    format!("| {} | {} | {says} |\n", row.does, row.ends)
}
