//! Which changed file concerns which plugin.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::reload::packages::{Packages, real};

/// What one plugin's program is built from.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    pub(super) packages: Packages,
    /// The files that went into the last build, as cargo lists them.
    pub(super) listed: BTreeSet<PathBuf>,
    /// The last build failed: anything may be what it misses.
    pub(super) failed: bool,
}

impl Inputs {
    /// Whether cargo may build something else after a change of this file.
    ///
    /// Cargo itself decides in the end. This only saves the question where the answer is known, so that a page of the
    /// UI or a text beside the code builds nothing. `package` is the folder of the package that the file lies in.
    pub(super) fn concern(&self, path: &Path, package: Option<&Path>) -> bool {
        if self.packages.files.contains(path) || self.listed.contains(path) {
            return true;
        }
        let Some(reads_anything) = package.and_then(|folder| self.packages.folders.get(folder))
        else {
            return false;
        };
        // A module that is new is on no list yet.
        let is_code = path.extension().is_some_and(|extension| extension == "rs");
        is_code || *reads_anything || self.failed
    }

    /// Reads cargo's list of what went into a program.
    pub(super) fn read_list(&mut self, program: &Path) {
        if let Ok(text) = fs::read_to_string(program.with_extension("d")) {
            let mut folders = program.ancestors();
            let output = folders.find(|folder| folder.join("CACHEDIR.TAG").is_file());
            let output = output.map(real);
            // What a build script made is no input.
            let is_made = |path: &PathBuf| output.as_ref().is_some_and(|o| path.starts_with(o));
            let files = listed(&text).map(|path| real(&path));
            self.listed = files.filter(|path| !is_made(path)).collect();
        }
    }
}

/// The files behind the colon of a dep-info file. Spaces in names have a backslash before them.
fn listed(text: &str) -> impl Iterator<Item = PathBuf> {
    // A Windows path has a colon of its own.
    let files = text.lines().filter_map(|line| line.split_once(": "));
    files.flat_map(|(_, files)| {
        let marked = files.replace("\\ ", "\0");
        let names: Vec<_> = marked
            .split(' ')
            .filter(|name| !name.is_empty())
            .map(|name| PathBuf::from(name.replace('\0', " ")))
            .collect();
        names
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_cargo_is_read_with_its_spaces() {
        let text = "/t/debug/demo: /my\\ plugin/src/main.rs /my\\ plugin/plugin.json\n";
        let expected = ["/my plugin/src/main.rs", "/my plugin/plugin.json"];
        assert_eq!(
            listed(text).collect::<Vec<_>>(),
            expected.map(PathBuf::from)
        );
        let text = r"C:\t\demo.exe: C:\p\src\main.rs";
        assert_eq!(
            listed(text).collect::<Vec<_>>(),
            [PathBuf::from(r"C:\p\src\main.rs")]
        );
    }

    #[test]
    fn code_and_what_cargo_lists_concern_and_the_rest_does_not() {
        let (plugin, scripted) = (Path::new("/p"), Path::new("/scripted"));
        let mut inputs = Inputs {
            packages: Packages {
                folders: [(plugin.into(), false), (scripted.into(), true)].into(),
                files: [PathBuf::from("/p/Cargo.toml")].into(),
                ..Packages::default()
            },
            listed: [PathBuf::from("/p/text.txt"), "/elsewhere/data".into()].into(),
            failed: false,
        };
        for (path, package, expected) in [
            ("/p/src/new.rs", Some(plugin), true),
            ("/p/Cargo.toml", Some(plugin), true),
            ("/p/text.txt", Some(plugin), true),
            ("/elsewhere/data", None, true),
            ("/p/ui/page.tsx", Some(plugin), false),
            ("/scripted/anything", Some(scripted), true),
            ("/p/other/src/lib.rs", Some(Path::new("/p/other")), false),
        ] {
            assert_eq!(inputs.concern(Path::new(path), package), expected, "{path}");
        }
        inputs.failed = true;
        assert!(inputs.concern(Path::new("/p/missing.txt"), Some(plugin)));
    }
}
