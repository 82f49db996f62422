//! Source of the SDK for a new project.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use stratos_templates::Sdk;

use crate::error::Error;

const PACKAGE: &str = "stratos-sdk";

/// The SDK in the folder `given` or in its subfolder `stratos-sdk`, or the published one without a folder.
pub(super) fn find(given: Option<&Path>) -> Result<Sdk, Error> {
    let Some(given) = given else {
        return Ok(Sdk::Published);
    };
    let usage = |message| {
        Error::usage(
            message,
            format!("name the folder `{PACKAGE}` in the SDK's source"),
        )
    };
    let candidates = [given.to_owned(), given.join(PACKAGE)];
    let Some(folder) = candidates.iter().find(|folder| is_sdk(folder)) else {
        return Err(usage(format!(
            "`{}` is not the folder of {PACKAGE}",
            given.display()
        )));
    };
    let folder = absolute(folder).map_err(|source| Error::file("find", folder, source))?;
    match folder.to_str() {
        Some(text) => Ok(Sdk::Folder(text.to_owned())),
        None => Err(usage(format!(
            "`{}` cannot be written to Cargo.toml, because it is not UTF-8",
            folder.display()
        ))),
    }
}

fn is_sdk(folder: &Path) -> bool {
    let text = fs::read_to_string(folder.join("Cargo.toml"));
    let manifest = text.ok().and_then(|text| text.parse::<toml::Table>().ok());
    let name = manifest
        .as_ref()
        .and_then(|manifest| manifest.get("package")?.get("name"));
    name.and_then(toml::Value::as_str) == Some(PACKAGE)
}

/// The absolute path, so that the project can be moved. On Windows, `canonicalize` would return a path with `\\?\`, which
/// cargo does not accept in a manifest.
fn absolute(folder: &Path) -> io::Result<PathBuf> {
    if cfg!(windows) {
        std::path::absolute(folder)
    } else {
        folder.canonicalize()
    }
}
