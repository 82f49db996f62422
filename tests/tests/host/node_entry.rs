//! The Node entry: a background module that starts plugin processes and maps the protocol to the context of the real
//! shell. The tests are in `tests/node`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use stratos_tests::{Requirement, node_project};

use crate::SAMPLE;

#[test]
fn the_node_entry_passes_its_tests() {
    if let Err(reason) = run() {
        Requirement::Node.skip(reason);
    }
}

/// Runs the tests of the Node entry. Returns an error when Node or its packages are missing.
fn run() -> Result<(), String> {
    let folder = node_project(Path::new(env!("CARGO_TARGET_TMPDIR")))?;
    let program = folder.join(format!("sample{}", std::env::consts::EXE_SUFFIX));
    fs::copy(SAMPLE, &program).expect("a copy");

    let output = Command::new("node")
        .args(["--test", "--test-reporter=tap", "--test-timeout=600000"])
        // Most of the tests wait for processes and timeouts.
        .arg("--test-concurrency=3")
        .args(["entry.test.mjs", "services.test.mjs", "flight.test.mjs"])
        .args(["program.test.mjs", "hosts.test.mjs"])
        .current_dir(&folder)
        .env("PLUGIN", &program)
        .stdin(Stdio::null())
        .output()
        .expect("node runs");
    let report = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}\n{complaints}");
    println!(
        "node: {} tests passed, {} were skipped",
        count(&report, "pass"),
        count(&report, "skipped")
    );
    assert!(count(&report, "pass") > 0, "no test ran: {report}");
    Ok(())
}

/// A number in the summary of a TAP report.
fn count(report: &str, what: &str) -> u32 {
    let number = |line: &str| {
        line.strip_prefix("# ")?
            .strip_prefix(what)?
            .trim()
            .parse()
            .ok()
    };
    report
        .lines()
        .find_map(number)
        .unwrap_or_else(|| panic!("the summary has no `{what}`: {report}"))
}
