//! A plugin with the SDK, as authors write it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

pub(crate) struct Project(TempDir);

impl Project {
    pub(crate) fn new() -> Self {
        let project = Self(tempfile::tempdir().expect("a folder"));
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
        let sdk = root.expect("the workspace").join("stratos-sdk");
        let sdk = sdk.display();
        let cargo = format!(
            "[package]\nname = \"demo\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\
            [dependencies]\nstratos-sdk = {{ path = '{sdk}' }}\n\
            [profile.dev]\ndebug = \"line-tables-only\"\n[workspace]\n"
        );
        let manifest = r#"{
            "id": "demo", "name": "Demo", "version": "1.0.0", "description": "For benchmarks.",
            "type": "user", "author": { "id": "tests", "name": "Tests" },
            "icon_light": "light.svg", "icon_dark": "dark.svg"
        }"#;
        let folder = project.folder();
        fs::create_dir_all(folder.join("src")).expect("a folder");
        fs::write(folder.join("Cargo.toml"), cargo).expect("a file");
        fs::write(folder.join("plugin.json"), manifest).expect("a file");
        let lock = root.expect("the workspace").join("Cargo.lock");
        // The lock file of this workspace, whose crates need no network.
        fs::copy(lock, folder.join("Cargo.lock")).expect("a file");
        project.save(0);
        project
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.0.path().join("demo")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.0.path().join("state")
    }

    /// Builds in the shell's target folder.
    pub(crate) fn build(&self) {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--offline", "--manifest-path"])
            .arg(self.folder().join("Cargo.toml"))
            .arg("--target-dir")
            .arg(self.state().join("target"))
            .status();
        assert!(built.expect("cargo runs").success(), "it builds");
    }

    pub(crate) fn save(&self, version: u32) {
        self.main(&format!("\"version {version}\""));
    }

    pub(crate) fn break_it(&self) {
        self.main("1");
    }

    fn main(&self, version: &str) {
        let code = format!(
            r#"
use stratos::PluginContext;
use stratos::axum::{{Router, routing::get}};

#[derive(Default)]
pub struct Demo;

#[stratos::plugin]
impl Demo {{
    async fn on_start(&self, ctx: PluginContext) -> stratos::Result {{
        let version: &'static str = {version};
        let router = Router::new().route("/version", get(move || async move {{ version }}));
        ctx.server.register_router("/api/demo", router).await?;
        Ok(())
    }}

    async fn on_stop(&self) {{}}
}}

fn main() -> std::process::ExitCode {{
    stratos::serve::<Demo>()
}}
"#
        );
        fs::write(self.folder().join("src/main.rs"), code).expect("a file");
    }
}
