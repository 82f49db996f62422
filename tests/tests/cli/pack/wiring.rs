//! From the sources to the zip in one command.

use stratos_tests::ICON;

use crate::pack::dist::{Plugin, names};

#[test]
fn a_plugin_without_a_program_is_built_and_packed() {
    let plugin = Plugin::new();
    std::fs::remove_dir_all(plugin.path().join("dist")).expect("a folder");
    plugin.remove("icon.svg");
    plugin.write("assets/icon.svg", ICON);
    plugin.write("ui/index.js", "export default () => null;\n");
    let (code, report) = plugin.pack_json(&[]);
    assert_eq!(
        (code, names(&report, "error")),
        (Some(0), vec![]),
        "{report:#}"
    );
    assert_eq!(report["id"], "demo");
    let files = report["files"].as_array().expect("a list").iter();
    let files: Vec<_> = files
        .map(|file| file["path"].as_str().expect("a path"))
        .collect();
    assert_eq!(files, ["assets/icon.svg", "plugin.json", "ui/index.js"]);
    let sha256 = report["sha256"].as_str().expect("a hash");
    assert_eq!(sha256.len(), 64);
    assert!(plugin.zip_path().exists());
}
