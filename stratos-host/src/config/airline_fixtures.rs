//! Answers of the mock airline that the author has written.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use stratos_manifest::{parse_toml, position};

/// Largest file in bytes: 4 MiB.
const FILE_BYTES: u64 = 4 * 1024 * 1024;

/// Answers of the mock airline, as TOML or JSON. What is absent has a built-in default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AirlineFixtures {
    /// The pilot.
    #[serde(default)]
    pub pilot: Option<serde_json::Map<String, Value>>,
    /// The aircraft.
    #[serde(default)]
    pub fleet: Option<Vec<Value>>,
    /// The pilot's bids at the start; each has an `id`.
    #[serde(default)]
    pub bids: Option<Vec<Value>>,
    /// The flights at the start.
    #[serde(default)]
    pub flights: Option<Vec<Value>>,
    /// Bodies of other routes, by method and path such as `GET /api/news`. They come before the built-in routes.
    #[serde(default)]
    pub routes: BTreeMap<String, Value>,
}

impl AirlineFixtures {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// The reason why the file cannot be used, with the position of a mistake.
    pub(super) fn load(path: &Path) -> Result<Self, String> {
        let text = read(path)?;
        let fixtures: Self = match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => serde_json::from_str(&text).map_err(|error| error.to_string())?,
            Some("toml") => parse_toml(&text).map_err(|error| {
                let at = position(&text, error.span.start);
                let help = error
                    .help
                    .map_or_else(String::new, |help| format!("; {help}"));
                format!("line {at}: {}{help}", error.message)
            })?,
            _ => return Err("its name must end with `.toml` or `.json`".to_owned()),
        };
        for route in fixtures.routes.keys() {
            let parts = route.split_once(' ');
            let is_method = |method| ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method);
            if !parts.is_some_and(|(method, path)| is_method(method) && path.starts_with('/')) {
                return Err(format!(
                    "the route `{}` is not a method and a path such as `GET /api/news`",
                    route.escape_debug()
                ));
            }
        }
        Ok(fixtures)
    }
}

fn read(path: &Path) -> Result<String, String> {
    let metadata = fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    let mut text = String::new();
    let read = file.take(FILE_BYTES + 1).read_to_string(&mut text);
    read.map_err(|error| error.to_string())?;
    match text.len() as u64 {
        ..=FILE_BYTES => Ok(text),
        _ => Err(format!("it is larger than {FILE_BYTES} bytes")),
    }
}
