//! The tables of the book's page `faults.md` are generated from the fault table.

use std::fs;
use std::path::Path;

use stratos_tests::updates_book;

use super::fault_table::{Fault, GROUPS};

const BEGIN: &str = "<!-- the faults, written by a test -->\n";

#[test]
fn the_books_page_of_faults_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/src/faults.md");
    let page = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let (above, _) = page.split_once(BEGIN).expect("a mark before the tables");
    let tables: String = GROUPS
        .iter()
        .map(|(title, faults)| table(title, faults))
        .collect();
    let expected = format!("{above}{BEGIN}{tables}");
    if updates_book() {
        fs::write(&path, &expected).unwrap();
    }
    // The page has the faults of Unix too, which the table lacks elsewhere.
    if cfg!(unix) {
        let page = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
        assert_eq!(page, expected, "run this test with STRATOS_UPDATE_BOOK=1");
    }
}

fn table(title: &str, faults: &[Fault]) -> String {
    let lines: String = faults.iter().map(line).collect();
    format!(
        "\n## {title}\n\n| A plugin that ... | is then | and the message is |\n|---|---|---|\n{lines}"
    )
}

fn line(fault: &Fault) -> String {
    let reason = match fault.reason.split_once(" {\"error\":\"") {
        Some((status, _)) => format!("`{status}`, `did not answer`"),
        None if fault.reason.is_empty() => String::new(),
        None => format!("`{}`", fault.reason.replace('`', "'")),
    };
    format!("| {} | {} | {reason} |\n", fault.description, fault.state)
}
