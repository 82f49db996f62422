//! The command `cargo stratos build`, with the real cargo and a small program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use stratos_tests::{CommandOutput, Requirement, cargo_stratos, stratos};
#[cfg(unix)]
use stratos_tests::{running_programs, wait_until};
use tempfile::TempDir;

const MANIFEST: (&str, &str) = (
    "plugin.json",
    r#"{
            "id": "demo", "name": "Demo", "version": "1.0.0", "description": "A demo.",
            "type": "user", "author": { "id": "me", "name": "Me" },
            "icon_light": "assets/icon.svg", "icon_dark": "assets/icon.svg",
            "background": { "entryModule": "background/index.js" }
        }"#,
);

/// Files of a plugin whose program needs no other package. It panics with the names of files in it.
const SOURCES: [(&str, &str); 5] = [
    (
        "Cargo.toml",
        "[package]\nname = \"demo\"\nversion = \"1.0.0\"\nedition = \"2024\"\n[features]\nextra = []\n[workspace]\n",
    ),
    (
        "build.rs",
        r##"
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(authors)");
    assert!(!cfg!(authors), "the flags are not for build scripts");
    let generated = std::path::Path::new(&std::env::var_os("OUT_DIR").unwrap()).join("generated.rs");
    std::fs::write(generated, "pub fn generated(n: usize) -> u8 { [1, 2][n] }").unwrap();
}
"##,
    ),
    (
        "src/main.rs",
        r#"
include!(concat!(env!("OUT_DIR"), "/generated.rs"));
fn main() {
    println!("authors: {}, extra: {}", cfg!(authors), cfg!(feature = "extra"));
    println!("{}", generated(std::env::args().count() - 1));
}
"#,
    ),
    ("assets/icon.svg", "<svg/>"),
    MANIFEST,
];

/// A plugin in a temporary folder.
struct Plugin(TempDir);

impl Plugin {
    /// A plugin that is written in Rust, in a folder whose name starts with this text.
    fn new(prefix: &str) -> Self {
        let plugin = Self::without_rust(prefix);
        for (path, text) in SOURCES {
            plugin.write(path, text);
        }
        plugin
    }

    /// A plugin with a manifest only, which names no background module.
    fn without_rust(prefix: &str) -> Self {
        let folder = tempfile::Builder::new().prefix(prefix).tempdir().unwrap();
        let plugin = Self(folder);
        let mut manifest: Value = serde_json::from_str(MANIFEST.1).unwrap();
        manifest.as_object_mut().unwrap().remove("background");
        plugin.write(MANIFEST.0, &manifest.to_string());
        plugin
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn build(&self, args: &[&str]) -> CommandOutput {
        stratos(self.path(), ["build"].iter().chain(args))
    }

    /// Builds with `--json`, and returns the result.
    fn built(&self, args: &[&str]) -> Value {
        let output = self.build(&[&["--json"], args].concat());
        assert_eq!(output.code, Some(0), "{output:?}");
        serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
    }

    /// Builds with `--json` and these variables, and returns the result.
    fn built_with(&self, args: &[&str], env: &[(&str, &str)]) -> Value {
        let output = Command::new(cargo_stratos())
            .args(["build", "--json"])
            .args(args)
            .current_dir(self.path())
            .env_remove("CARGO_TARGET_DIR")
            .envs(env.iter().copied())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Builds with these variables, and returns what the program prints.
    fn printed(&self, args: &[&str], env: &[(&str, &str)]) -> String {
        let dist = self.built_with(args, env);
        let program = self.program(&dist);
        let output = Command::new(program).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Path of the first program of a result.
    fn program(&self, dist: &Value) -> PathBuf {
        let path = dist["programs"][0]["path"].as_str().unwrap();
        self.path().join("dist").join(path)
    }

    /// Paths of all files in a folder of the plugin, sorted.
    fn files(&self, folder: &str) -> Vec<String> {
        let root = self.path().join(folder);
        let mut found = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => {
                        let path = path.strip_prefix(&root).unwrap().to_str().unwrap();
                        found.push(path.replace('\\', "/"));
                    }
                }
            }
        }
        found.sort();
        found
    }
}

fn fails(output: &CommandOutput, code: i32, part: &str) {
    assert_eq!(output.code, Some(code), "{output:?}");
    assert_eq!(output.stdout, "", "{output:?}");
    assert!(output.stderr.contains(part), "{part}: {output:?}");
}

#[test]
fn a_build_writes_what_is_installed() {
    let plugin = Plugin::new("stratos build");
    plugin.write("web/index.js", "export default 1;");
    plugin.write("web/chunks/a.js", "");
    plugin.write(
        "stratos.toml",
        "[ui]\nfolder = \"web\"\n[background]\nsupervise = true\n",
    );
    plugin.write("assets/old.svg", "");
    let dist = plugin.built(&[]);
    let program = dist["programs"][0]["path"].as_str().unwrap().to_owned();
    let expected = [
        ".stratos-dist",
        "assets/icon.svg",
        "assets/old.svg",
        &program,
        "background/index.js",
        "background/package.json",
        "plugin.json",
        "ui/chunks/a.js",
        "ui/index.js",
    ];
    assert_eq!(plugin.files("dist"), expected);
    let listed = dist["files"].as_array().unwrap().iter();
    let listed: Vec<_> = listed.map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(listed, expected[1..], "all but the marker");
    let size = fs::metadata(plugin.program(&dist)).unwrap().len();
    assert_eq!(dist["programs"][0]["size"], size);
    assert_eq!(dist["profile"], "release");
    let package = fs::read_to_string(plugin.path().join("dist/background/package.json")).unwrap();
    let package: Value = serde_json::from_str(&package).unwrap();
    assert_eq!(package["stratos"]["supervise"], true);
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        let glibc = dist["programs"][0]["glibc"].as_str().unwrap();
        assert!(glibc.starts_with("2."), "{glibc}");
    }

    fs::remove_file(plugin.path().join("assets/old.svg")).unwrap();
    let again = plugin.build(&[]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(!plugin.files("dist").contains(&"assets/old.svg".to_owned()));
    let parts = fs::read_dir(plugin.path()).unwrap();
    let parts = parts.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(parts.filter(|name| name.starts_with(".dist")).count(), 0);

    // A failed build changes nothing.
    plugin.write("assets/new.svg", "");
    plugin.write("src/main.rs", "fn main() { wrong }");
    let before = plugin.files("dist");
    fails(&plugin.build(&["--json"]), 1, "cannot find value `wrong`");
    assert_eq!(plugin.files("dist"), before);
}

#[test]
fn a_program_has_the_same_bytes_in_every_folder_and_names_none() {
    let plugins = ["stratos", "stratos \u{fc}mlaut"].map(Plugin::new);
    let [one, other] = plugins.each_ref().map(|plugin| {
        let dist = plugin.built(&[]);
        let bytes = fs::read(plugin.program(&dist)).unwrap();
        let folder = plugin.path().to_str().unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(folder), "{folder}");
        assert!(text.contains("/target/"), "the path of the generated file");
        bytes
    });
    assert!(one == other, "{} and {} bytes", one.len(), other.len());
}

#[test]
fn the_authors_flags_and_arguments_are_kept() {
    let plugin = Plugin::new("stratos flags");
    assert!(
        plugin
            .printed(&[], &[])
            .contains("authors: false, extra: false")
    );
    let triple = plugin.built(&[])["programs"][0]["target"].clone();
    let triple = triple.as_str().unwrap();
    let variable = format!(
        "CARGO_TARGET_{}_RUSTFLAGS",
        triple.to_uppercase().replace('-', "_")
    );
    let args = ["--", "--features=extra"];
    let flags = "--cfg authors";
    let keeps = |env: &[(&str, &str)], config: &str| {
        plugin.write(".cargo/config.toml", config);
        let printed = plugin.printed(&args, env);
        assert!(
            printed.contains("authors: true, extra: true"),
            "{env:?} {config}: {printed}"
        );
        let dist = plugin.path().join("dist/background/bin");
        let folder = plugin.path().to_str().unwrap().as_bytes();
        let bytes = fs::read(find_file(&dist)).unwrap();
        let names_folder = bytes.windows(folder.len()).any(|part| part == folder);
        assert!(!names_folder, "{env:?} {config}");
    };
    keeps(&[(&variable, flags)], "");
    keeps(&[("RUSTFLAGS", flags)], "");
    keeps(&[("CARGO_BUILD_RUSTFLAGS", flags)], "");
    keeps(&[], &format!("[build]\nrustflags = \"{flags}\"\n"));
    keeps(
        &[],
        &format!("[target.{triple}]\nrustflags = \"{flags}\"\n"),
    );
    keeps(
        &[],
        "[target.'cfg(all())']\nrustflags = [\"--cfg\", \"authors\"]\n",
    );
    fails(
        &plugin.build(&["--", "--target=x86_64-unknown-linux-gnu"]),
        2,
        "put it before `--`",
    );
    fails(&plugin.build(&["--", "--features=none"]), 1, "none");
}

/// The only file below a folder.
fn find_file(folder: &Path) -> PathBuf {
    let path = fs::read_dir(folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    match path.is_dir() {
        true => find_file(&path),
        false => path,
    }
}

#[test]
fn the_authors_target_folder_is_used() {
    let plugin = Plugin::new("stratos target");
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target");
    let printed = plugin.printed(
        &["--debug"],
        &[("CARGO_TARGET_DIR", target.to_str().unwrap())],
    );
    assert!(printed.contains("authors"), "{printed}");
    assert!(!plugin.path().join("target").exists());
    assert!(target.join("stratos/CACHEDIR.TAG").exists());
}

/// cargo takes a file for unchanged that is put back with an older time.
#[test]
fn a_program_is_built_from_what_lies_there() {
    let plugin = Plugin::new("stratos older");
    let put_back = |path: &str, text: &str| {
        plugin.write(path, text);
        let file = fs::File::options()
            .write(true)
            .open(plugin.path().join(path));
        let day = Duration::from_secs(24 * 3600);
        file.unwrap().set_modified(SystemTime::now() - day).unwrap();
    };
    let main = |version: &str| {
        format!("fn main() {{ print!(\"{version} {{}}\", include_str!(\"../text\")); }}")
    };
    put_back("src/main.rs", &main("one"));
    put_back("text", "one");
    assert_eq!(plugin.printed(&["--debug"], &[]), "one one");
    put_back("text", "two");
    assert_eq!(plugin.printed(&["--debug"], &[]), "one two");
    put_back("src/main.rs", &main("two"));
    assert_eq!(plugin.printed(&["--debug"], &[]), "two two");
    // Another cargo builds in a folder of its own.
    put_back("text", "three");
    let cargo = Command::new(env!("CARGO"))
        .arg("build")
        .current_dir(plugin.path())
        .env_remove("CARGO_TARGET_DIR")
        .output();
    assert!(cargo.unwrap().status.success());
    put_back("text", "four");
    assert_eq!(plugin.printed(&["--debug"], &[]), "two four");
}

#[test]
fn wrong_targets_and_missing_tools_are_explained() {
    let plugin = Plugin::new("stratos targets");
    for (target, code, part) in [
        ("win32-x46", 2, "did you mean `win32-x64`?"),
        (
            "x86_64-pc-windows-gnuu",
            2,
            "did you mean `x86_64-pc-windows-gnu`?",
        ),
        ("wasm32-wasip1", 2, "is no target that the shell runs on"),
    ] {
        fails(&plugin.build(&["--target", target]), code, part);
    }
    // No machine has all of them.
    let all = ["--target", "win32-arm64", "--target", "darwin-x64"];
    let output = plugin.build(&[&all[..], &["--target", "linux-arm64"]].concat());
    fails(&output, 3, "help: run `");
    let twice = ["x86_64-pc-windows-gnu", "x86_64-pc-windows-msvc"];
    fails(
        &plugin.build(&["--target", twice[0], "--target", twice[1]]),
        2,
        "several targets are for the platform win32-x64",
    );
    assert!(!plugin.path().join("dist").exists());
}

#[test]
fn files_of_others_are_never_replaced() {
    let plugin = Plugin::new("stratos others");
    plugin.write("dist/ui/index.js", "// by a bundler");
    let refused = plugin.build(&["--debug"]);
    fails(
        &refused,
        2,
        "has files that `cargo stratos build` did not write",
    );
    plugin.write("stratos.toml", "[ui]\nfolder = \"dist/ui\"\n");
    fails(&plugin.build(&["--debug"]), 2, "the folder of the built UI");
    fails(
        &plugin.build(&["--debug", "--out", "."]),
        2,
        "the folder of the",
    );
    fails(
        &plugin.build(&["--debug", "--out", "assets/x"]),
        2,
        "the folder of the assets",
    );
    assert_eq!(plugin.files("dist"), ["ui/index.js"]);

    let out = plugin.built(&["--debug", "--out", "out/plugin"]);
    assert_eq!(out["profile"], "debug");
    assert!(
        plugin
            .files("out/plugin")
            .contains(&"ui/index.js".to_owned())
    );
    // Its own output is replaced.
    plugin.built(&["--debug", "--out", "out/plugin"]);
}

#[test]
fn the_ui_is_built_by_the_authors_command() {
    let plugin = Plugin::without_rust("stratos ui");
    let missing = plugin.build(&[]);
    assert_eq!(missing.code, Some(0), "{missing:?}");
    assert!(
        missing.stderr.contains("warning: the plugin has no UI"),
        "{missing:?}"
    );
    assert!(missing.stderr.contains("[ui] build"), "{missing:?}");

    let table = |build: &str| {
        let text = format!("[ui]\nfolder = \"made/it\"\nbuild = \"{build}\"\n");
        plugin.write("stratos.toml", &text);
    };
    plugin.write("elsewhere/stratos.toml", "[ui]\nfolder = \"web\"\n");
    let elsewhere = plugin.path().join("elsewhere");
    let warned = stratos(&elsewhere, ["build", ".."]);
    let warning = "warning: [ui] in the stratos.toml of the current folder does not count";
    assert!(warned.stderr.contains(warning), "{warned:?}");
    fs::write(elsewhere.join("plugin.json"), MANIFEST.1).unwrap();
    let other = stratos(&elsewhere, ["build", ".."]);
    let is_warned = other.stderr.contains("of the current folder");
    assert!(!is_warned, "the table is that of another plugin: {other:?}");
    fs::remove_dir_all(elsewhere).unwrap();
    table("echo from the bundler && exit 3");
    fails(&plugin.build(&[]), 1, "from the bundler");
    table("echo nothing");
    fails(&plugin.build(&[]), 2, "has no index.js");
    plugin.write("made/it/styles.css", "");
    table("echo 1 > made/it/index.js");
    let dist = plugin.built(&[]);
    assert_eq!(dist["programs"], serde_json::json!([]));
    assert!(plugin.files("dist").contains(&"ui/styles.css".to_owned()));
    fails(
        &plugin.build(&["--target", "win32-x64"]),
        2,
        "written in Rust",
    );
}

#[test]
fn files_that_the_authors_command_writes_into_the_output_folder_stay() {
    let plugin = Plugin::without_rust("stratos foreign");
    plugin.write("ui/index.js", "");
    plugin.write(
        "stratos.toml",
        "[ui]\nbuild = \"mkdir dist && echo mine > dist/mine\"\n",
    );
    fails(&plugin.build(&[]), 2, "did not write");
    assert_eq!(plugin.files("dist"), ["mine"]);
}

/// Ignored files are left out when the folder is written, so that a link among them is no error.
#[cfg(unix)]
#[test]
fn ignored_links_and_the_token_are_left_out() {
    let plugin = Plugin::without_rust("stratos ignored");
    plugin.write(
        "stratos.toml",
        "[ui]\nfolder = \"web\"\nbuild = \"env > web/environment\"\n",
    );
    plugin.write("web/index.js", "");
    plugin.write(".stratosignore", "node_modules/\n");
    fs::create_dir(plugin.path().join("web/node_modules")).unwrap();
    std::os::unix::fs::symlink("/", plugin.path().join("web/node_modules/link")).unwrap();
    let dist = plugin.built_with(&[], &[("SKYVEX_API_TOKEN", "secret-token-of-the-author")]);
    assert_eq!(dist["left_out"], serde_json::json!(["ui/node_modules/"]));
    let environment = fs::read_to_string(plugin.path().join("dist/ui/environment")).unwrap();
    assert!(environment.contains("PATH="), "{environment}");
    assert!(!environment.contains("SKYVEX"), "{environment}");
}

#[test]
fn a_module_in_javascript_is_copied_once_it_is_built() {
    let plugin = Plugin::without_rust("stratos script");
    plugin.write("src/background/index.ts", "");
    fails(&plugin.build(&[]), 2, "background/index.js is missing");
    plugin.write("background/index.js", "export const onStart = () => {};");
    plugin.write("background/chunk.js", "");
    plugin.built(&[]);
    let expected = [
        ".stratos-dist",
        "background/chunk.js",
        "background/index.js",
        "plugin.json",
    ];
    assert_eq!(plugin.files("dist"), expected);
}

#[cfg(unix)]
#[test]
fn a_link_is_refused() {
    let plugin = Plugin::without_rust("stratos link");
    plugin.write("secret.txt", "");
    fs::create_dir(plugin.path().join("assets")).unwrap();
    let link = plugin.path().join("assets/icon.svg");
    std::os::unix::fs::symlink("../secret.txt", link).unwrap();
    fails(&plugin.build(&[]), 2, "is a link");
    assert!(!plugin.path().join("dist").exists());
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_cargo_and_what_it_has_started() {
    use std::process::Stdio;

    use rustix::process::{Pid, Signal, kill_process};

    let plugin = Plugin::new("stratos interrupt");
    let script = r#"
fn main() {
    std::fs::write("started", "").unwrap();
    std::thread::sleep(std::time::Duration::from_secs(600));
}
"#;
    plugin.write("build.rs", script);
    let build = Command::new(cargo_stratos())
        .arg("build")
        .current_dir(plugin.path())
        .env_remove("CARGO_TARGET_DIR")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let started = plugin.path().join("started");
    wait_until("the build script runs", || started.exists());
    if cfg!(target_os = "linux") {
        assert_eq!(running_programs(plugin.path()).len(), 1);
    }
    kill_process(Pid::from_child(&build), Signal::INT).unwrap();
    let output = build.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let is_over = || running_programs(plugin.path()).is_empty();
    wait_until("the build script has ended", is_over);
    assert!(!plugin.path().join("dist").exists());
}

#[test]
fn a_program_for_windows_is_built_on_other_systems() {
    if cfg!(windows) {
        return;
    }
    let plugins = ["stratos", "stratos \u{fc}mlaut"].map(Plugin::new);
    let target = ["--target", "x86_64-pc-windows-gnu", "--json"];
    let [one, other] = plugins.each_ref().map(|plugin| {
        let output = plugin.build(&target);
        if output.code == Some(3) {
            let reason = output.stderr.lines().find(|line| line.starts_with("error"));
            Requirement::WindowsGnu.skip(reason.unwrap_or_default());
            return None;
        }
        assert_eq!(output.code, Some(0), "{output:?}");
        let dist: Value = serde_json::from_str(&output.stdout).unwrap();
        assert_eq!(
            dist["programs"][0]["path"],
            "background/bin/win32-x64/demo.exe"
        );
        Some(fs::read(plugin.program(&dist)).unwrap())
    });
    if let (Some(one), Some(other)) = (one, other) {
        assert!(one.starts_with(b"MZ"));
        assert!(one == other, "{} and {} bytes", one.len(), other.len());
    }
}
