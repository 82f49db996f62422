//! Two programs with the same routes.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const ROUTES: usize = 20;
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A cargo project that the benchmark changes.
pub(crate) struct Project {
    pub(crate) folder: PathBuf,
    source: String,
}

impl Project {
    fn new(folder: PathBuf, cargo: &str, source: String) -> Self {
        fs::create_dir_all(folder.join("src")).expect("a folder");
        fs::write(folder.join("Cargo.toml"), cargo).expect("a file");
        // The lock file of this workspace, whose crates need no network.
        fs::copy(
            Path::new(ROOT).join("Cargo.lock"),
            folder.join("Cargo.lock"),
        )
        .expect("a copy");
        let project = Self { folder, source };
        project.change(usize::MAX);
        project
    }

    /// Changes the response of the first route.
    pub(crate) fn change(&self, number: usize) {
        let source = self.source.replace("NUMBER", &number.to_string());
        fs::write(self.folder.join("src/main.rs"), source).expect("a file");
    }
}

pub(crate) fn bare(root: &Path) -> Project {
    let cargo = r#"[package]
name = "bare"
version = "0.1.0"
edition = "2024"
[dependencies]
axum = { version = "0.8", default-features = false, features = ["http1", "json", "tokio"] }
serde_json = "1"
tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }
[workspace]
"#;
    let mut source = String::from(
        "use axum::{Json, Router, extract::Path, routing::get};\nuse serde_json::{Value, json};\n",
    );
    let mut routes = String::new();
    for route in 0..ROUTES {
        let answer = answer(route);
        let _ = writeln!(
            source,
            "async fn route_{route}(Path(id): Path<u32>) -> Json<Value> {{ {answer} }}"
        );
        let _ = write!(routes, ".route(\"/r{route}/{{id}}\", get(route_{route}))");
    }
    let _ = writeln!(
        source,
        "#[tokio::main]\nasync fn main() {{ let app = Router::new(){routes};\n\
         let listener = tokio::net::TcpListener::bind(\"127.0.0.1:0\").await.unwrap();\n\
         axum::serve(listener, app).await.unwrap() }}"
    );
    Project::new(root.join("bare"), cargo, source)
}

pub(crate) fn plugin(root: &Path) -> Project {
    let sdk = Path::new(ROOT).join("stratos-sdk");
    let cargo = format!(
        "[package]\nname = \"plugin\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         [dependencies]\nstratos = {{ package = \"stratos-sdk\", path = {sdk:?} }}\n[workspace]\n"
    );
    let mut source = String::from(
        "use stratos::{PluginContext, axum::{Json, extract::Path}, serde_json::{Value, json}};\n\
         #[derive(Default)]\nstruct Fleet;\n#[stratos::plugin]\nimpl Fleet {\n\
         async fn on_start(&self, _: PluginContext) -> stratos::Result { Ok(()) }\n\
         async fn on_stop(&self) {}\n",
    );
    for route in 0..ROUTES {
        let answer = answer(route);
        let _ = writeln!(
            source,
            "#[get(\"/r{route}/{{id}}\")]\nasync fn route_{route}(&self, Path(id): Path<u32>) -> Json<Value> {{ {answer} }}"
        );
    }
    source.push_str("}\nfn main() -> std::process::ExitCode { stratos::serve::<Fleet>() }\n");
    let folder = root.join("plugin");
    fs::create_dir_all(&folder).expect("a folder");
    let manifest = r#"{ "id": "fleet", "name": "Fleet", "version": "0.1.0", "description": "Measured.",
        "type": "user", "author": { "id": "me", "name": "Me" },
        "icon_light": "light.svg", "icon_dark": "dark.svg" }"#;
    fs::write(folder.join("plugin.json"), manifest).expect("a file");
    Project::new(folder, &cargo, source)
}

fn answer(route: usize) -> String {
    let number = match route {
        0 => "NUMBER".to_owned(),
        _ => route.to_string(),
    };
    format!("Json(json!({{ \"id\": id, \"number\": {number}_u64 }}))")
}
