//! From `cargo stratos new` to a plugin that Node loads: the commands of the chapter "Ship it", in their order.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use stratos_tests::{Requirement, cargo_stratos, node_versions};

use crate::node_packages;

/// Versions of Node that load the plugin.
const NODES: [u32; 3] = [18, 20, 22];

/// Statements that the plugin gets: it counts its starts, tells its process id, and pushes when it is asked.
const ON_START: &str = r#"
        let starts: u64 = ctx.config.get("starts", 0).await?;
        ctx.config.set("starts", &(starts + 1)).await?;"#;
const GET_STATUS: &str = r#"
        let starts: u64 = ctx.config.get("starts", 0).await?;
        ctx.ipc.send("asked", &starts).await?;
        return Ok(json!({ "starts": starts, "pid": std::process::id() }));"#;

#[test]
fn a_new_plugin_is_packed_and_loaded_by_three_versions_of_node() {
    let (packages, versions) = match prepare() {
        Ok(prepared) => prepared,
        Err(reason) => return Requirement::Node.skip(reason),
    };
    let root = tempfile::Builder::new()
        .prefix("stratos größe ")
        .tempdir()
        .unwrap();
    succeed(&stratos(root.path(), &["new", "demo", "--vcs", "none"]));
    let plugin = root.path().join("demo");
    let lib = plugin.join("src/lib.rs");
    let code = fs::read_to_string(&lib).unwrap();
    let code = insert_after(
        &code,
        "async fn on_start(&self, ctx: PluginContext) -> stratos::Result {",
        ON_START,
    );
    let code = insert_after(
        &code,
        "async fn get_status(&self, ctx: &PluginContext) -> stratos::Result<Value> {",
        GET_STATUS,
    );
    fs::write(&lib, format!("#![allow(unreachable_code)]\n{code}")).unwrap();
    // The lock file of the workspace, whose crates need no network.
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    fs::copy(lock, plugin.join("Cargo.lock")).unwrap();

    let packed = succeed(&stratos(&plugin, &["pack"]));
    println!("{packed}");
    let zip = plugin.join("bundle.zip");
    succeed(&stratos(&plugin, &["check", "bundle.zip"]));
    for (major, node) in NODES.iter().zip(versions) {
        let folder = root.path().join(format!("Node {major}"));
        let output = Command::new(node)
            .arg("shipped.mjs")
            .args([&zip, &folder])
            .current_dir(packages)
            .output()
            .unwrap();
        let report = succeed(&output);
        assert_eq!(report.matches(": ok").count(), 3, "{report}");
    }
}

/// The Node project, and the programs of [`NODES`].
fn prepare() -> Result<(&'static Path, Vec<PathBuf>), String> {
    let versions = node_versions(Path::new(env!("CARGO_TARGET_TMPDIR")))?;
    let programs = NODES.map(|major| versions.program(major));
    Ok((
        node_packages()?,
        programs.into_iter().collect::<Result<_, _>>()?,
    ))
}

/// Runs `cargo stratos` with a target folder that outlives the test, so that the SDK is built once, and without the
/// optimizations of the compiler, which take most of the time of a build.
fn stratos(folder: &Path, arguments: &[&str]) -> Output {
    let target: OsString = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("shipped")
        .into();
    Command::new(cargo_stratos())
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .output()
        .unwrap()
}

fn succeed(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn insert_after(text: &str, line: &str, more: &str) -> String {
    assert_eq!(text.matches(line).count(), 1, "{line}: {text}");
    text.replace(line, &format!("{line}{more}"))
}
