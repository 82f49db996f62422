//! Symbolic links that are pointed elsewhere.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use stratos_tests::{PluginSources, Plugins, ShellProcess};

use crate::SAMPLE;

#[test]
fn a_link_to_a_source_file_is_followed() {
    let (plugins, sources) = plugin();
    for version in ["one", "two"] {
        let text = sources.main_text(&format!("{version:?}"));
        write(&plugins.root().join(version).join("main.rs"), &text);
    }
    check(&plugins, &sources, "src/main.rs", "main.rs");
}

#[test]
fn a_link_on_the_way_to_a_source_file_is_followed() {
    // A link to a link to the file, and a link to a file behind a link to its folder.
    for (between, targets) in [
        ("between.rs", ["one/main.rs", "two/main.rs"]),
        ("between/main.rs", ["one", "two"]),
    ] {
        let (plugins, sources) = plugin();
        for version in ["one", "two"] {
            let text = sources.main_text(&format!("{version:?}"));
            write(
                &plugins.root().join("far").join(version).join("main.rs"),
                &text,
            );
        }
        let far = plugins.root().join("far");
        let link = far.join(Path::new(between).iter().next().unwrap());
        let [one, two] = targets.map(|target| far.join(target));
        symlink(one, &link).unwrap();
        point(&sources.folder.join("src/main.rs"), &far.join(between));
        let mut shell = ShellProcess::watch(&sources.folder);
        assert_eq!(shell.get("/api/sample/version").body, "one", "{between}");
        point(&link, &two);
        shell.wait_for_reload("sample");
        assert_eq!(shell.get("/api/sample/version").body, "two", "{between}");
    }
}

#[test]
fn the_target_of_a_link_may_appear_later() {
    let (plugins, sources) = plugin();
    let target = plugins.root().join("far/main.rs");
    fs::create_dir(target.parent().unwrap()).unwrap();
    let mut shell = ShellProcess::watch(&sources.folder);
    point(&sources.folder.join("src/main.rs"), &target);
    shell.wait_for_build("sample", "failed");
    write(&target, &sources.main_text("\"two\""));
    shell.wait_for_reload("sample");
    assert_eq!(shell.get("/api/sample/version").body, "two");
}

#[test]
fn a_link_to_a_folder_of_modules_is_followed() {
    let (plugins, sources) = plugin();
    sources.main("parts::VERSION");
    let main = sources.read("src/main.rs");
    sources.write("src/main.rs", &format!("mod parts;\n{main}"));
    for version in ["one", "two"] {
        let text = format!("pub const VERSION: &str = {version:?};");
        write(&plugins.root().join(version).join("mod.rs"), &text);
    }
    check(&plugins, &sources, "src/parts", "");
}

#[test]
fn a_link_within_the_package_is_followed() {
    let (_plugins, sources) = plugin();
    sources.main("parts::VERSION");
    let main = sources.read("src/main.rs");
    let module = "#[path = \"current/parts.rs\"]\nmod parts;\n";
    sources.write("src/main.rs", &format!("{module}{main}"));
    for version in ["one", "two"] {
        let text = format!("pub const VERSION: &str = {version:?};");
        sources.write(&format!("src/{version}/parts.rs"), &text);
    }
    let link = sources.folder.join("src/current");
    symlink("one", &link).unwrap();
    let mut shell = ShellProcess::watch(&sources.folder);
    assert_eq!(shell.get("/api/sample/version").body, "one");
    point(&link, Path::new("two"));
    shell.wait_for_reload("sample");
    assert_eq!(shell.get("/api/sample/version").body, "two");
}

#[test]
fn links_to_included_files_and_folders_are_followed() {
    for (link, target, included) in [
        ("src/text", "text", "text"),
        ("data", "", "../data/text"),
        ("../shared", "", "../../shared/text"),
    ] {
        let (plugins, sources) = plugin();
        sources.main(&format!("include_str!({included:?})"));
        for version in ["one", "two"] {
            write(&plugins.root().join(version).join("text"), version);
        }
        check(&plugins, &sources, link, target);
    }
}

#[test]
fn a_link_to_a_folder_that_a_build_script_reads_is_followed() {
    let (plugins, sources) = plugin();
    sources.main("env!(\"TEXT\")");
    let script = r#"
fn main() {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rustc-env=TEXT={}", std::fs::read_to_string("data/text").unwrap());
}
"#;
    sources.write("build.rs", script);
    for version in ["one", "two"] {
        write(&plugins.root().join(version).join("text"), version);
    }
    check(&plugins, &sources, "data", "");
}

#[test]
fn a_link_to_the_plugin_is_followed() {
    let (plugins, sources) = plugin();
    for version in ["one", "two"] {
        copy_plugin(&sources, &plugins.root().join(version), version);
    }
    let state = plugins.root().join("state");
    fs::remove_dir_all(&sources.folder).unwrap();
    symlink(plugins.root().join("one"), &sources.folder).unwrap();
    let mut shell = ShellProcess::watch_with_state(&sources.folder, &state);
    assert_eq!(shell.get("/api/sample/version").body, "one");
    point(&sources.folder, &plugins.root().join("two"));
    shell.wait_for_reload("sample");
    assert_eq!(shell.get("/api/sample/version").body, "two");
    write(
        &plugins.root().join("two/src/main.rs"),
        &sources.main_text("\"three\""),
    );
    shell.wait_for_reload("sample");
    assert_eq!(shell.get("/api/sample/version").body, "three");
}

#[test]
fn a_link_above_the_plugin_may_change_between_runs() {
    let (plugins, sources) = plugin();
    let releases = plugins.root().join("releases");
    for version in ["one", "two"] {
        copy_plugin(&sources, &releases.join(version).join("sample"), version);
    }
    let (state, current) = (plugins.root().join("state"), releases.join("current"));
    for version in ["one", "two"] {
        point(&current, &releases.join(version));
        let shell = ShellProcess::watch_with_state(&current.join("sample"), &state);
        assert_eq!(shell.get("/api/sample/version").body, version);
    }
}

/// Copies the plugin to a folder, with another version.
fn copy_plugin(sources: &PluginSources, folder: &Path, version: &str) {
    for name in ["Cargo.toml", "Cargo.lock", "plugin.json"] {
        write(&folder.join(name), &sources.read(name));
    }
    let text = sources.main_text(&format!("{version:?}"));
    write(&folder.join("src/main.rs"), &text);
}

fn plugin() -> (Plugins, PluginSources) {
    let plugins = Plugins::new(SAMPLE, &[]);
    let sources = plugins.add_sources(SAMPLE, "sample");
    (plugins, sources)
}

/// Runs the plugin with a link into the folder `one`, and points the link into `two`. Both targets are older than the
/// build.
fn check(plugins: &Plugins, sources: &PluginSources, link: &str, target: &str) {
    let path = sources.folder.join(link);
    let _ = fs::remove_file(&path);
    symlink(plugins.root().join("one").join(target), &path).unwrap();
    let mut shell = ShellProcess::watch(&sources.folder);
    assert_eq!(shell.get("/api/sample/version").body, "one", "{link}");
    point(&path, &plugins.root().join("two").join(target));
    shell.wait_for_reload("sample");
    assert_eq!(shell.get("/api/sample/version").body, "two", "{link}");
    point(&path, &plugins.root().join("nowhere"));
    shell.wait_for_build("sample", "failed");
    point(&path, &plugins.root().join("two").join(target));
    shell.wait_for_build("sample", "finished");
    // The new target is watched.
    let target = plugins.root().join("two").join(target);
    let file = match target.is_dir() {
        true => fs::read_dir(&target)
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path(),
        false => target,
    };
    let text = fs::read_to_string(&file).unwrap().replace("two", "three");
    fs::write(&file, text).unwrap();
    shell.wait_for_reload("sample");
    assert_eq!(shell.get("/api/sample/version").body, "three", "{link}");
}

/// Points a link to another target in one step, as `ln -sfn` does.
fn point(link: &Path, target: &Path) {
    let new = link.with_extension("new-link");
    symlink(target, &new).unwrap();
    fs::rename(new, link).unwrap();
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
