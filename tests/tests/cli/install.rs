//! `cargo stratos install`, `uninstall` and `installed`, with a folder that stands for the data of Stratos.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use stratos_bundle::{Bundle, Platform, Zip, layout};
use stratos_tests::{CommandOutput, manifest, stratos};
use tempfile::TempDir;

/// A data folder, and a built plugin in `plugin/dist`. Their path has a space and an umlaut.
struct Fixture {
    root: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let root = tempfile::Builder::new()
            .prefix("stratos tests ü ")
            .tempdir()
            .unwrap();
        let fixture = Self { root };
        fs::create_dir_all(fixture.path("data/plugins")).unwrap();
        fs::create_dir_all(fixture.path("data/plugins-data/demo")).unwrap();
        fs::write(fixture.path("data/settings.json"), "{}").unwrap();
        fs::write(fixture.path("data/plugins-data/demo/kept"), "kept").unwrap();
        fixture.build("1.0.0");
        fixture
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn bundle(version: &str) -> Bundle {
        let mut bundle = Bundle::default();
        let mut add = |path: String, bytes: &[u8]| bundle.files.insert(path, bytes.to_vec());
        let manifest = manifest("demo").replace("1.0.0", version);
        add("plugin.json".to_owned(), manifest.as_bytes());
        add("ui/index.js".to_owned(), version.as_bytes());
        add(layout::ENTRY.to_owned(), b"entry");
        for platform in Platform::ALL {
            add(
                layout::program(platform, "demo"),
                platform.to_string().as_bytes(),
            );
        }
        bundle
    }

    /// Writes what `cargo stratos build` does, as far as it matters here.
    fn build(&self, version: &str) {
        for (path, bytes) in Self::bundle(version).files {
            let path = self.path("plugin/dist").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        fs::write(self.path("plugin/plugin.json"), manifest("demo")).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> CommandOutput {
        let data = self.path("data").into_os_string().into_string().unwrap();
        let app = ["--app-data", &data];
        stratos(&self.path("plugin"), [arguments, &app].concat())
    }

    /// Runs a command that succeeds.
    fn succeed(&self, arguments: &[&str]) -> CommandOutput {
        let done = self.run(arguments);
        assert_eq!(done.code, Some(0), "{done:?}");
        done
    }

    /// Runs a command that is refused with this text.
    fn refuse(&self, arguments: &[&str], text: &str) {
        let done = self.run(arguments);
        assert_eq!(done.code, Some(2), "{done:?}");
        assert!(done.stderr.contains(text), "{text}: {done:?}");
    }

    fn installed(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.path("data/plugins/demo").join(file)).ok()
    }

    fn list(&self) -> Vec<Value> {
        let done = self.succeed(&["installed", "--json"]);
        serde_json::from_str(&done.stdout).unwrap()
    }
}

#[test]
fn the_program_of_this_machine_is_installed_and_updated() {
    let fixture = Fixture::new();
    let before = tree(&fixture.path("data"));
    let done = fixture.succeed(&["install"]);
    let host = Platform::host().unwrap().to_string();
    assert!(
        done.stdout.contains(&format!("(4 files, for {host})")),
        "{done:?}"
    );
    let plugin = fixture.path("data/plugins/demo");
    let program = layout::program(Platform::host().unwrap(), "demo");
    let mut expected = vec![
        ".cargo-stratos.json".to_owned(),
        layout::ENTRY.to_owned(),
        "plugin.json".to_owned(),
        "ui/index.js".to_owned(),
        program.clone(),
    ];
    expected.sort();
    assert_eq!(tree(&plugin), expected);
    assert_eq!(fixture.installed(&program), Some(host));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        let mode = |file: &str| {
            fs::metadata(plugin.join(file))
                .unwrap()
                .permissions()
                .mode()
        };
        assert_eq!(mode(&program) & 0o100, 0o100);
        assert_eq!(mode("ui/index.js") & 0o111, 0);
    }

    fixture.build("1.1.0");
    let done = fixture.succeed(&["install", "dist"]);
    assert!(
        done.stderr
            .contains("it replaced version 1.0.0, installed by cargo-stratos"),
        "{done:?}"
    );
    assert_eq!(fixture.installed("ui/index.js").as_deref(), Some("1.1.0"));
    let plugins = fixture.list();
    assert_eq!(plugins.len(), 1, "{plugins:?}");
    assert_eq!(plugins[0]["version"], "1.1.0");
    assert_eq!(plugins[0]["installed_by"], "cargo-stratos");

    fixture.succeed(&["uninstall"]);
    assert_eq!(fixture.installed("plugin.json"), None);
    let mut after = tree(&fixture.path("data"));
    after.retain(|path| path != ".cargo-stratos/lock");
    assert_eq!(after, before, "nothing else was touched");
    fixture.refuse(&["uninstall", "demo"], "there is no plugin `demo`");
}

#[test]
fn a_zip_is_installed_and_a_bad_one_is_not() {
    let fixture = Fixture::new();
    let zip = Zip::write(&Fixture::bundle("2.0.0")).unwrap();
    fs::write(fixture.path("plugin/bundle.zip"), &zip.bytes).unwrap();
    fixture.succeed(&["install", "bundle.zip"]);
    assert_eq!(fixture.installed("ui/index.js").as_deref(), Some("2.0.0"));
    let marker: Value =
        serde_json::from_str(&fixture.installed(".cargo-stratos.json").unwrap()).unwrap();
    assert_eq!(marker["sha256"], zip.sha256());

    let mut bad = zip.bytes;
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    fs::write(fixture.path("plugin/bad.zip"), bad).unwrap();
    fixture.refuse(&["install", "bad.zip"], "bad.zip is not a safe zip");
    fixture.refuse(
        &["install", "bundle.zip", "--link"],
        "a zip cannot be linked",
    );
    assert_eq!(fixture.installed("ui/index.js").as_deref(), Some("2.0.0"));
}

#[test]
fn a_plugin_of_the_app_is_kept_unless_forced() {
    let fixture = Fixture::new();
    let plugin = fixture.path("data/plugins/demo");
    fs::create_dir(&plugin).unwrap();
    fs::write(plugin.join("plugin.json"), "the app's").unwrap();
    let not_ours = "was not installed by cargo stratos";
    fixture.refuse(&["install"], not_ours);
    fixture.refuse(&["install", "--link"], not_ours);
    fixture.refuse(&["uninstall", "demo"], not_ours);
    // A marker of another plugin, or a damaged one, does not count.
    for marker in [
        "{",
        r#"{"id":"other","installed_by":"","version":"","source":"","sha256":""}"#,
    ] {
        fs::write(plugin.join(".cargo-stratos.json"), marker).unwrap();
        fixture.refuse(&["install"], not_ours);
    }
    assert_eq!(
        fixture.installed("plugin.json").as_deref(),
        Some("the app's")
    );
    assert_eq!(fixture.list()[0]["installed_by"], "app");
    fixture.succeed(&["install", "--force"]);
    assert_eq!(fixture.list()[0]["installed_by"], "cargo-stratos");
    // The shell's update replaces the folder, and the marker with it.
    fs::remove_file(plugin.join(".cargo-stratos.json")).unwrap();
    fixture.refuse(&["uninstall", "demo"], not_ours);
    fixture.succeed(&["uninstall", "demo", "--force"]);
    assert!(!plugin.exists());
}

#[test]
fn a_link_is_replaced_and_removed_without_its_target() {
    let fixture = Fixture::new();
    let done = fixture.succeed(&["install", "--link"]);
    assert!(
        done.stderr
            .contains("whether Stratos follows links is not known"),
        "{done:?}"
    );
    let dist = tree(&fixture.path("plugin/dist"));
    assert_eq!(tree(&fixture.path("data/plugins/demo")), dist);
    assert_eq!(fixture.list()[0]["installed_by"], "link");
    fixture.succeed(&["install", "--link"]);
    let done = fixture.succeed(&["install"]);
    assert!(done.stderr.contains("it replaced a link to"), "{done:?}");
    assert_eq!(fixture.list()[0]["installed_by"], "cargo-stratos");
    fixture.succeed(&["install", "--link"]);
    fixture.succeed(&["uninstall"]);
    assert!(fs::symlink_metadata(fixture.path("data/plugins/demo")).is_err());
    assert_eq!(
        tree(&fixture.path("plugin/dist")),
        dist,
        "the target is kept"
    );
}

#[test]
fn an_interrupted_installation_is_undone_or_cleaned_up() {
    let fixture = Fixture::new();
    fixture.succeed(&["install"]);
    let leftovers = fixture.path("data/.cargo-stratos");
    let half = |name: &str| {
        fs::create_dir_all(leftovers.join(name)).unwrap();
        fs::write(leftovers.join(name).join("half"), "").unwrap();
    };
    // Killed while it wrote, and while it removed the old plugin.
    half("demo.new");
    half("demo.replaced");
    half("demo.removed");
    fixture.succeed(&["install"]);
    assert_eq!(tree(&leftovers), ["lock"]);
    assert_eq!(fixture.installed("half"), None);

    // Killed between the two steps of the swap: the old plugin returns, here before it is refused.
    let plugin = fixture.path("data/plugins/demo");
    fs::remove_file(plugin.join(".cargo-stratos.json")).unwrap();
    fs::rename(&plugin, leftovers.join("demo.replaced")).unwrap();
    fixture.refuse(&["install"], "was not installed by cargo stratos");
    assert_eq!(fixture.installed("ui/index.js").as_deref(), Some("1.0.0"));
}

#[test]
fn a_second_process_is_refused_meanwhile() {
    let fixture = Fixture::new();
    fixture.succeed(&["install"]);
    let lock = fs::File::open(fixture.path("data/.cargo-stratos/lock")).unwrap();
    lock.lock().unwrap();
    for arguments in [&["install"][..], &["uninstall"]] {
        let done = fixture.run(arguments);
        assert_eq!(done.code, Some(3), "{done:?}");
        assert!(done.stderr.contains("another cargo stratos is"), "{done:?}");
    }
    assert_eq!(fixture.list().len(), 1);
}

/// Windows does not move a folder with an open file.
#[cfg(windows)]
#[test]
fn a_plugin_that_is_in_use_is_kept() {
    let fixture = Fixture::new();
    fixture.succeed(&["install"]);
    let _open = fs::File::open(fixture.path("data/plugins/demo/ui/index.js")).unwrap();
    fixture.build("1.1.0");
    let done = fixture.run(&["install"]);
    assert_eq!(done.code, Some(3), "{done:?}");
    assert!(done.stderr.contains("close Stratos"), "{done:?}");
    assert_eq!(fixture.installed("ui/index.js").as_deref(), Some("1.0.0"));
}

#[test]
fn broken_plugins_are_listed_and_their_text_is_escaped() {
    let fixture = Fixture::new();
    let write = |path: &str, text: &str| {
        let path = fixture.path("data/plugins").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let hostile = manifest("hostile").replace("Sample", "\\u001b]0;x\\u0007##[error]");
    write("hostile/plugin.json", &hostile);
    write("other/plugin.json", &manifest("demo"));
    write("empty/readme.txt", "");
    write("invalid/plugin.json", "{");
    write("registry.json", "{}");
    let shown = fixture.succeed(&["installed"]).stdout;
    for text in [
        "empty  installed by Stratos or by hand\n  broken: it has no plugin.json\n",
        "hostile 1.0.0 \\u{1b}]0;x\\u{7}#\\u{23}[error]  installed by",
        "invalid  installed by Stratos or by hand\n  broken: its plugin.json has errors\n",
        "other 1.0.0 Sample  installed by Stratos or by hand\n  broken: its id is `demo`\n",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    assert_eq!(shown.lines().count(), 7, "{shown}");
    assert_eq!(fixture.list().len(), 4);
}

#[test]
fn mistakes_are_usage_errors() {
    let fixture = Fixture::new();
    let folder = fixture.path("plugin");
    for arguments in [&["install"][..], &["uninstall", "demo"], &["installed"]] {
        let done = stratos(&folder, [arguments, &["--app-data", "missing"]].concat());
        assert_eq!(done.code, Some(2), "{done:?}");
        for text in ["Stratos was not found", "--app-data DIR"] {
            assert!(done.stderr.contains(text), "{done:?}");
        }
        assert!(!folder.join("missing").exists());
    }
    fixture.refuse(
        &["install", "missing"],
        "there is no file or folder missing",
    );
    fixture.refuse(
        &["uninstall", "../demo"],
        "is neither the id of a plugin nor its folder",
    );
    fixture.refuse(
        &["uninstall", ""],
        "is neither the id of a plugin nor its folder",
    );
    let other = Platform::ALL
        .into_iter()
        .find(|one| one.system != Platform::host().unwrap().system);
    let programs = folder.join("dist/background/bin");
    for entry in fs::read_dir(&programs).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_str() != Some(&other.unwrap().to_string()) {
            fs::remove_dir_all(entry.path()).unwrap();
        }
    }
    fixture.refuse(&["install"], &format!("but for {}", other.unwrap()));
    fs::remove_dir_all(folder.join("dist/background")).unwrap();
    let done = fixture.succeed(&["install"]);
    assert!(done.stdout.contains("without a program"), "{done:?}");
    fs::remove_file(folder.join("dist/plugin.json")).unwrap();
    fixture.refuse(&["install"], "is not built");
}

/// Links in a built plugin could lead anywhere.
#[cfg(unix)]
#[test]
fn a_link_in_a_built_plugin_is_refused() {
    let fixture = Fixture::new();
    let link = fixture.path("plugin/dist/ui/secret");
    std::os::unix::fs::symlink("/etc/passwd", link).unwrap();
    fixture.refuse(&["install"], "ui/secret");
    assert_eq!(fixture.installed("plugin.json"), None);
}

/// Paths of all files below a folder, sorted, with `/` as the separator. Follows a link at the root only.
fn tree(root: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                let path = entry.path();
                let path = path.strip_prefix(root).unwrap().to_str().unwrap();
                files.push(path.replace('\\', "/"));
            }
        }
    }
    files.sort();
    files
}
