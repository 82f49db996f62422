//! What authors see when they get the contract wrong.
//!
//! The messages are pinned for one compiler version, since the compiler words a part of them.
//! `TRYBUILD=overwrite cargo test -p stratos-sdk --test ui` rewrites them.

use std::io::Write as _;

const PINNED: &str = "1.95";

/// Where it is set, a skipped comparison is a failure.
const REQUIRE: &str = "STRATOS_REQUIRE_UI";

const MANIFESTS: [&str; 5] = [
    "tests/plugin.json",
    "tests/ui/broken.json",
    "tests/ui/broken_settings.json",
    "tests/ui/settings.json",
    "tests/ui/wrong_default.json",
];

#[test]
fn mistakes_are_reported_at_the_right_token() {
    if cfg!(feature = "testing") {
        // With more crates around, the compiler says `stratos::Plugin` where authors see `Plugin`.
        skipped("messages are pinned without the feature `testing`: `cargo test -p stratos-sdk`");
        return;
    }
    let rustc = option_env!("RUSTC").unwrap_or("rustc");
    let Ok(output) = std::process::Command::new(rustc).arg("--version").output() else {
        skipped("rustc does not run here");
        return;
    };
    let version = String::from_utf8_lossy(&output.stdout);
    if !version.starts_with(&format!("rustc {PINNED}.")) {
        skipped(&format!(
            "messages are pinned for rustc {PINNED}, this is {version}"
        ));
        return;
    }
    place_manifests();
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
}

/// The cases are compiled as a package of their own in the target folder, and the macro looks for
/// `plugin.json` there.
fn place_manifests() {
    let test = std::env::current_exe().expect("it has a path");
    let target = test
        .ancestors()
        .nth(3)
        .expect("it lies in target/debug/deps");
    for manifest in MANIFESTS {
        let place = target.join("tests/trybuild/stratos-sdk").join(manifest);
        std::fs::create_dir_all(place.parent().expect("it has a folder")).expect("a folder");
        std::fs::copy(manifest, place).expect("a copy");
    }
}

/// Not by a macro, whose output would be hidden.
fn skipped(why: &str) {
    #[expect(
        clippy::disallowed_methods,
        reason = "CI says that it must be possible"
    )]
    let is_required = std::env::var_os(REQUIRE).is_some();
    assert!(!is_required, "{why}, and {REQUIRE} is set");
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
