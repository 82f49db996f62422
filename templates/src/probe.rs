//! The plugin that `cargo stratos doctor --app` installs, which asks the real shell what background modules may expect.

use rust_embed::RustEmbed;

use crate::render::{File, text};

#[derive(RustEmbed)]
#[folder = "probe"]
struct Probe;

/// Id of the probe.
pub const PROBE_ID: &str = "stratos-doctor";

/// Files of the probe, as the shell installs them. The module also reads `background/settings.json`: `answers`, the path
/// of the file that it writes, and `port`, the port of the shell's server.
///
/// ```
/// use stratos_templates::probe;
///
/// assert!(probe().iter().any(|file| file.path == "background/index.js"));
/// ```
#[must_use]
pub fn probe() -> Vec<File> {
    Probe::iter()
        .filter_map(|path| Probe::get(&path).map(|file| (path, file)))
        .map(|(path, file)| File {
            contents: text(&file),
            path: path.into_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use stratos_manifest::{ProjectFacts, check};

    use super::*;

    #[test]
    fn the_manifest_of_the_probe_has_its_id() {
        let files = probe();
        let manifest = files
            .iter()
            .find(|file| file.path == "plugin.json")
            .unwrap();
        let report = check(manifest.contents.as_bytes(), &ProjectFacts::none());
        assert_eq!(report.manifest.unwrap().id, PROBE_ID);
    }
}
