//! The conformance suite: every row of the contract on every host.
//!
//! The rows are in `tests/conformance`; the page `contract-tests.md` of the book is generated from them.

mod driver;
mod http;
mod mutants;
mod node_host;
mod test_shell_host;

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::{FutureExt as _, StreamExt as _, stream};
use stratos_tests::conformance::{HostColumn, Row, subject, subjects};
use stratos_tests::{Requirement, campaign};

use self::driver::run_row;
use self::node_host::{NodeHost, NodeShell};
use self::test_shell_host::TestShellHost;

/// Rows that run at the same time. Wine sometimes fails to create a process while another one is created.
const CONCURRENT_ROWS: usize = if cfg!(windows) { 1 } else { 4 };

/// A host of the suite.
#[derive(Debug, Clone, Copy)]
enum Host {
    Memory,
    Process,
    Node(NodeShell),
}

/// Defines the tests of a host, one for each subject.
macro_rules! on_host {
    ($module:ident, $host:expr) => {
        on_host! { $module, $host; lifecycle logger config ipc auth server plugin flight airline database notify dialog indicator }
    };
    ($module:ident, $host:expr; $($subject:ident)*) => {
        mod $module {
            use super::*;

            $(
                #[tokio::test]
                async fn $subject() {
                    check_subject($host, stringify!($subject)).await;
                }
            )*
        }
    };
}

on_host!(memory, Host::Memory);
on_host!(process, Host::Process);
on_host!(node_22_express_5, Host::Node(NodeShell::new(22, 5)));
on_host!(node_18_express_4, Host::Node(NodeShell::new(18, 4)));
on_host!(node_18_express_5, Host::Node(NodeShell::new(18, 5)));
on_host!(node_20_express_4, Host::Node(NodeShell::new(20, 4)));
on_host!(node_20_express_5, Host::Node(NodeShell::new(20, 5)));
on_host!(node_22_express_4, Host::Node(NodeShell::new(22, 4)));

/// The shells in Node, in the order in which `STRATOS_NODE_SHELLS` includes them.
const NODE_SHELLS: [NodeShell; 6] = [
    NodeShell::new(22, 5),
    NodeShell::new(18, 4),
    NodeShell::new(20, 5),
    NodeShell::new(20, 4),
    NodeShell::new(18, 5),
    NodeShell::new(22, 4),
];
/// Shells in Node of a `cargo test`; `.ci/run` includes all of them.
const DEFAULT_NODE_SHELLS: usize = 2;

#[test]
fn every_subject_with_steps_is_tested() {
    let list = include_str!("mod.rs").split("on_host! { $module, $host; ");
    let list = list
        .into_iter()
        .nth(1)
        .and_then(|rest| rest.split('}').next());
    let tested: Vec<_> = list.unwrap_or_default().split_whitespace().collect();
    let subjects = subjects();
    let with_steps = subjects
        .iter()
        .filter(|subject| subject.rows.iter().any(|row| !row.steps.is_empty()));
    let names: Vec<_> = with_steps.map(|subject| subject.name).collect();
    assert_eq!(tested, names);
}

/// Runs all rows of a subject that the host holds, and fails with each of them that is red.
async fn check_subject(host: Host, subject: &str) {
    if !host.is_included() {
        println!("{host} is not included; STRATOS_NODE_SHELLS=6 includes it");
        return;
    }
    let start = Instant::now();
    match red_rows(host, subject).await {
        Err(reason) => Requirement::Node.skip(reason),
        Ok((rows, red)) => {
            println!("{host}, {subject}: {rows} rows in {:.1?}", start.elapsed());
            assert!(
                red.is_empty(),
                "{} red rows:\n{}",
                red.len(),
                red.join("\n")
            );
        }
    }
}

/// The number of rows of a subject that the host holds, and the failures. Returns an error when Node is missing.
async fn red_rows(host: Host, name: &str) -> Result<(usize, Vec<String>), String> {
    let subject = subject(name);
    let rows: Vec<&Row> = subject.rows.iter().filter(|row| host.holds(row)).collect();
    if let Host::Node(shell) = host {
        shell.prepare()?;
    }
    let results = stream::iter(&rows).map(|row| check_row(host, row));
    let results = results.buffered(CONCURRENT_ROWS).collect::<Vec<_>>().await;
    let red = results.into_iter().filter_map(Result::err).collect();
    Ok((rows.len(), red))
}

/// Runs a row. The error names the row, the host and the step.
async fn check_row(host: Host, row: &Row) -> Result<(), String> {
    let at = Cell::new(0);
    let run = async {
        match host {
            Host::Memory => run_row(TestShellHost::memory(), row, &at).await,
            Host::Process => run_row(TestShellHost::process(), row, &at).await,
            Host::Node(shell) => run_row(NodeHost::spawn(shell), row, &at).await,
        }
    };
    // Waits of the test shell panic when their time is up.
    let result = AssertUnwindSafe(run).catch_unwind().await;
    let failure = match result {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(failure)) => failure,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
                .unwrap_or_default()
        }
    };
    let step = match row.steps.get(at.get()) {
        Some(step) => format!("step {}, {step:?}", at.get() + 1),
        None => "after the last step".to_owned(),
    };
    Err(format!("`{}` on {host}, {step}: {failure}", row.name))
}

impl Host {
    fn is_included(self) -> bool {
        let included = campaign("STRATOS_NODE_SHELLS", DEFAULT_NODE_SHELLS);
        match self {
            Self::Memory | Self::Process => true,
            Self::Node(shell) => NODE_SHELLS.iter().take(included).any(|its| *its == shell),
        }
    }

    fn holds(self, row: &Row) -> bool {
        let column = match self {
            Self::Memory => HostColumn::Memory,
            Self::Process => HostColumn::Process,
            Self::Node(_) => HostColumn::Node,
        };
        let is_excepted = row.not_on.contains_key(&column)
            || cfg!(windows) && row.not_on.contains_key(&HostColumn::Windows);
        !row.steps.is_empty() && !is_excepted
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Memory => f.write_str("the host in memory"),
            Self::Process => f.write_str("the host with processes"),
            Self::Node(shell) => write!(f, "{shell}"),
        }
    }
}
