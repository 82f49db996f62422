//! The folders of a CI matrix become one zip.

use std::fs;

use serde_json::json;
use stratos_tests::tiny_program;

use crate::pack::dist::{Plugin, host, names, other_platform};

/// A plugin that has its program for one platform in the folder `one`, and for another one in `other`.
fn matrix() -> Plugin {
    let plugin = Plugin::with_program("demo");
    fs::rename(plugin.path().join("dist"), plugin.path().join("one")).expect("a folder");
    for file in [
        "plugin.json",
        "icon.svg",
        "ui/index.js",
        "background/index.js",
    ] {
        let contents = fs::read(plugin.path().join("one").join(file)).expect("a file");
        plugin.write(&format!("other/{file}"), contents);
    }
    let platform = other_platform();
    let program = stratos_bundle::layout::program(platform, "demo");
    plugin.write(
        &format!("other/{program}"),
        tiny_program(&platform.to_string()),
    );
    plugin
}

#[test]
fn programs_of_all_folders_are_packed() {
    let plugin = matrix();
    let (code, report) = plugin.pack_json(&["--merge", "one", "other"]);
    assert_eq!(code, Some(0), "{report:#}");
    let mut platforms = vec![host(), other_platform()];
    platforms.sort_unstable();
    assert_eq!(report["platforms"], json!(platforms));
    let zip = plugin.zip();
    // The order does not matter, and neither does a folder that is named twice.
    let packed = plugin.pack(&["--merge", "other", "one", "--merge", "other"]);
    assert_eq!(packed.code, Some(0), "{packed:?}");
    assert!(plugin.zip() == zip, "the zips differ");
}

#[test]
fn files_that_differ_are_named() {
    let plugin = matrix();
    plugin.write("other/ui/index.js", "export default () => null;\r\n");
    plugin.write("other/background/index.js", "export default { a: 1 };\n");
    plugin.write("other/ui/extra.js", "");
    let (code, report) = plugin.pack_json(&["--merge", "one", "other"]);
    assert_eq!(code, Some(1), "{report:#}");
    let problems = report["problems"].as_array().expect("a list").iter();
    let found = problems.filter(|problem| problem["name"] == "merge-difference");
    let found: Vec<_> = found
        .map(|problem| problem["message"].as_str().expect("a text"))
        .collect();
    assert_eq!(
        found,
        [
            "`background/index.js` differs between one and other",
            "`ui/index.js` has other line ends in one than in other",
            "`ui/extra.js` is in other and not in one",
        ]
    );
    assert!(!plugin.zip_path().exists());
}

#[test]
fn two_programs_of_one_platform_are_refused() {
    let plugin = matrix();
    let program = stratos_bundle::layout::program(host(), "demo");
    plugin.write(
        &format!("other/{program}"),
        tiny_program(&host().to_string()),
    );
    let (code, report) = plugin.pack_json(&["--merge", "one", "other"]);
    assert_eq!(code, Some(1), "{report:#}");
    assert_eq!(
        names(&report, "error"),
        ["duplicate-platform"],
        "{report:#}"
    );
}
