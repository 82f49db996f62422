//! Where the new project gets the SDK from.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use stratos_templates::Sdk;

use crate::error::Error;

const PACKAGE: &str = "stratos-sdk";

/// The SDK in the folder that was given, which may also be the one that the SDK lies in.
pub(super) fn find(given: Option<&Path>) -> Result<Sdk, Error> {
    let Some(given) = given else {
        return Ok(Sdk::Published);
    };
    let refuse = |message| Error::Usage {
        message,
        help: Some(format!(
            "give the folder `{PACKAGE}` of a copy of the SDK's source"
        )),
    };
    let places = [given.to_owned(), given.join(PACKAGE)];
    let Some(folder) = places.iter().find(|folder| is_sdk(folder)) else {
        return Err(refuse(format!(
            "`{}` is not the folder of {PACKAGE}",
            given.display()
        )));
    };
    let folder = full(folder).map_err(|source| Error::File {
        operation: "find",
        path: folder.clone(),
        source,
    })?;
    match folder.to_str() {
        Some(text) => Ok(Sdk::Folder(text.to_owned())),
        None => Err(refuse(format!(
            "`{}` cannot be written into Cargo.toml, which is in UTF-8",
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

/// The path from the root, for the project may be moved. On Windows it stays without `\\?\`, which cargo does not
/// like to see in a manifest; there, the other function resolves `..` as well.
fn full(folder: &Path) -> io::Result<PathBuf> {
    if cfg!(windows) {
        std::path::absolute(folder)
    } else {
        folder.canonicalize()
    }
}
