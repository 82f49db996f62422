//! Compiler messages for mistakes in plugins.
//!
//! The expected messages are those of one compiler version, since the compiler words a part of them.
//! `TRYBUILD=overwrite cargo test -p stratos-sdk --test ui` updates them.

use std::fs;
use std::io::Write as _;
use std::process::Command;

/// Version of the compiler that produced the expected messages.
const RUSTC_VERSION: &str = "1.95";

/// Environment variable that turns a skipped test into a failed one.
const REQUIRE: &str = "STRATOS_REQUIRE_UI";

const MANIFESTS: [&str; 5] = [
    "tests/plugin.json",
    "tests/ui/broken.json",
    "tests/ui/broken_settings.json",
    "tests/ui/settings.json",
    "tests/ui/wrong_default.json",
];

#[test]
fn compiler_messages_for_mistakes_are_as_expected() {
    if cfg!(feature = "testing") {
        // With the dependencies of that feature, the compiler writes `stratos::Plugin` instead of `Plugin`.
        skip("messages differ with the feature `testing`: `cargo test -p stratos-sdk`");
        return;
    }
    let rustc = option_env!("RUSTC").unwrap_or("rustc");
    let Ok(output) = Command::new(rustc).arg("--version").output() else {
        skip("cannot run rustc");
        return;
    };
    let version = String::from_utf8_lossy(&output.stdout);
    if !version.starts_with(&format!("rustc {RUSTC_VERSION}.")) {
        skip(&format!(
            "messages are those of rustc {RUSTC_VERSION}, this is {version}"
        ));
        return;
    }
    copy_manifests();
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
}

/// Copies the manifests into the package in the target folder as which trybuild compiles the cases.
fn copy_manifests() {
    let test = std::env::current_exe().expect("the path of the test");
    let target = test
        .ancestors()
        .nth(3)
        .expect("a test in target/debug/deps");
    for manifest in MANIFESTS {
        let copy = target.join("tests/trybuild/stratos-sdk").join(manifest);
        let folder = copy.parent().expect("a path with a folder");
        fs::create_dir_all(folder).expect("a writable target folder");
        fs::copy(manifest, copy).expect("a readable manifest");
    }
}

fn skip(reason: &str) {
    #[expect(clippy::disallowed_methods, reason = "tests have no other settings")]
    let is_required = std::env::var_os(REQUIRE).is_some();
    assert!(!is_required, "{reason}, and {REQUIRE} is set");
    // The test harness captures the output of `eprintln!`.
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
}
