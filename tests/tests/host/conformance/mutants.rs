//! Mutants of the Node entry: the suite finds each of these mistakes.

use stratos_tests::Requirement;

use crate::conformance::node_host::{Edit, NodeShell};
use crate::conformance::{Host, red_rows};

#[tokio::test]
async fn an_entry_without_a_fence_for_replaced_programs_is_found() {
    let edit = ("retired && FENCED.has(method)", "false");
    assert_found(edit, "lifecycle", "a replaced program cannot store values").await;
}

#[tokio::test]
async fn an_entry_that_adds_the_prefix_to_channels_is_found() {
    let edit = (
        "ipc.handle(channel, answer)",
        "ipc.handle(`plugin:${channel}`, answer)",
    );
    assert_found(edit, "ipc", "a handler answers the UI").await;
}

#[tokio::test]
async fn an_entry_that_loses_bodies_is_found() {
    let edit = (
        "if (body === undefined) req.pipe(upstream);",
        "if (body === undefined) upstream.end();",
    );
    assert_found(edit, "server", "large bodies pass").await;
}

/// Runs the rows of a subject with a changed entry, and expects that this row is among the red ones.
async fn assert_found(edit: Edit, subject: &str, row: &str) {
    let host = Host::Node(NodeShell::new(22, 5).with_edit(edit));
    match red_rows(host, subject).await {
        Err(reason) => Requirement::Node.skip(reason),
        Ok((_, red)) => {
            println!("{} red rows:\n{}", red.len(), red.join("\n"));
            let prefix = format!("`{row}` on ");
            let is_found = red.iter().any(|failure| failure.starts_with(&prefix));
            assert!(is_found, "`{row}` is not red: {red:#?}");
        }
    }
}
