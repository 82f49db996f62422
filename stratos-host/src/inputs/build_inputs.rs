//! The inputs of a plugin's builds.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf, absolute};

use serde::{Deserialize, Serialize};

use crate::inputs::canonical_path::canonicalize;
use crate::inputs::packages::PathPackages;
use crate::inputs::scan::ScanScope;

/// The files that a plugin's program is built from.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct BuildInputs {
    pub(crate) packages: PathPackages,
    /// Files and folders of the latest build, from cargo's dep-info file, and the symbolic links on the way to them.
    pub(crate) dep_info: BTreeSet<PathBuf>,
    /// Whether the latest build failed, so that it may lack an input that is in no list.
    #[serde(skip)]
    pub(crate) build_failed: bool,
}

impl BuildInputs {
    /// Whether the change of a file may change the program. `package` is the folder of the package that the file is in.
    ///
    /// Cargo decides in the end. This saves a build for files that are known to be no inputs, such as pages of the UI.
    pub(crate) fn may_include(&self, path: &Path, package: Option<&Path>) -> bool {
        let is_listed = || path.ancestors().any(|above| self.dep_info.contains(above));
        if self.packages.files.contains(path) || is_listed() {
            return true;
        }
        let Some((folder, package)) =
            package.and_then(|folder| self.packages.by_folder.get_key_value(folder))
        else {
            return false;
        };
        // Until the program's own files are listed, those of other targets may be among them.
        let is_of_other_target = !self.dep_info.is_empty()
            && ["tests", "benches", "examples"]
                .iter()
                .any(|name| path.starts_with(folder.join(name)));
        // A new module is in no list yet, and cargo lists the target of a link within the package in place of the link.
        let is_rust =
            path.extension().is_some_and(|extension| extension == "rs") && !is_of_other_target;
        is_rust || path.is_symlink() || package.has_build_script || self.build_failed
    }

    /// Adds the inputs to a scope.
    pub(crate) fn add_to(&self, scope: &mut ScanScope) {
        scope.roots.extend(self.packages.by_folder.keys().cloned());
        scope.files.extend(self.packages.files.iter().cloned());
        // Inputs of a build may be ignored by git, and a build script may name a folder.
        let is_folder = |path: &PathBuf| path.is_dir() && !path.is_symlink();
        let (folders, files): (Vec<_>, Vec<_>) = self.dep_info.iter().cloned().partition(is_folder);
        scope.roots.extend(folders);
        scope.files.extend(files);
    }

    /// Reads the dep-info file that cargo wrote beside a program. `package` is the folder that cargo was given.
    pub(crate) fn read_dep_info(&mut self, program: &Path, package: &Path) {
        let package = absolute(package).unwrap_or_else(|_| package.to_owned());
        if let Ok(text) = fs::read_to_string(program.with_extension("d")) {
            self.dep_info = with_links(parse_dep_info(&text), program, &package).collect();
        }
    }

    /// Adds the files in a dep-info file that the compiler wrote for a unit, such as a test, if the unit is of one of the
    /// packages.
    pub(crate) fn add_unit(&mut self, dep_info: &Path, package: &Path) {
        let text = fs::read_to_string(dep_info).unwrap_or_default();
        let package = absolute(package).unwrap_or_else(|_| package.to_owned());
        let Some(main) = parse_dep_info(&text).next() else {
            return;
        };
        // Paths in the workspace are relative to it.
        let mut folders = package.ancestors();
        let Some(folder) = folders.find(|above| above.join(&main).is_file()) else {
            return;
        };
        let main = canonicalize(&folder.join(main));
        if main
            .ancestors()
            .any(|above| self.packages.by_folder.contains_key(above))
        {
            let files = parse_dep_info(&text).map(|path| folder.join(path));
            self.dep_info.extend(with_links(files, dep_info, &package));
        }
    }
}

/// The folder of the innermost package that contains a file.
pub(crate) fn package_of<'p>(path: &Path, packages: &BTreeSet<&'p Path>) -> Option<&'p Path> {
    let mut folders = path.ancestors().skip(1);
    folders.find_map(|folder| packages.get(folder).copied())
}

/// Files of a build and the symbolic links on the way to them. `output` is a path in the target folder, whose files are no
/// inputs: build scripts have written them.
fn with_links(
    files: impl Iterator<Item = PathBuf>,
    output: &Path,
    package: &Path,
) -> impl Iterator<Item = PathBuf> {
    let mut folders = output.ancestors();
    let target = folders.find(|folder| folder.join("CACHEDIR.TAG").is_file());
    let target = target.map(canonicalize);
    let inputs = files.flat_map(|path| {
        let file = canonicalize(&path);
        links(path, package).into_iter().chain([file])
    });
    inputs.filter(move |path| {
        target
            .as_ref()
            .is_none_or(|target| !path.starts_with(target))
    })
}

/// The symbolic links on the way to a file, from the package's folder on, and those on the way to their targets. Their
/// paths within the package are those that a scan finds.
fn links(path: PathBuf, package: &Path) -> BTreeSet<PathBuf> {
    let below = |folder: &&Path| *folder == package || !package.starts_with(folder);
    let scanned = |link: &Path| match link.strip_prefix(package) {
        Ok(rest) if rest != Path::new("") => canonicalize(package).join(rest),
        _ => link.to_owned(),
    };
    let (mut links, mut todo) = (BTreeSet::new(), vec![path]);
    while let Some(path) = todo.pop() {
        for link in path
            .ancestors()
            .take_while(below)
            .filter(|path| path.is_symlink())
        {
            if links.insert(scanned(link))
                && let (Some(folder), Ok(target)) = (link.parent(), fs::read_link(link))
                && let Ok(rest) = path.strip_prefix(link)
            {
                let target = folder.join(target).join(rest);
                // Without a separator at its end, behind which a link would be followed.
                todo.push(target.components().collect());
            }
        }
    }
    links
}

/// The paths after the colon of a dep-info file. A backslash escapes a space in a path.
fn parse_dep_info(text: &str) -> impl Iterator<Item = PathBuf> {
    // The colon of a Windows drive is not followed by a space.
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let files = lines.filter_map(|line| line.split_once(": "));
    files.flat_map(|(_, files)| {
        let marked = files.replace("\\ ", "\0");
        let names = marked.split(' ').filter(|name| !name.is_empty());
        let paths = names.map(|name| PathBuf::from(name.replace('\0', " ")));
        paths.collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::packages::PathPackage;

    #[test]
    fn paths_with_spaces_are_parsed_from_dep_info() {
        let text = "/t/debug/demo: /my\\ plugin/src/main.rs /my\\ plugin/plugin.json\n";
        let expected = ["/my plugin/src/main.rs", "/my plugin/plugin.json"];
        assert_eq!(
            parse_dep_info(text).collect::<Vec<_>>(),
            expected.map(PathBuf::from)
        );
        let text = r"C:\t\demo.exe: C:\p\src\main.rs";
        assert_eq!(
            parse_dep_info(text).collect::<Vec<_>>(),
            [PathBuf::from(r"C:\p\src\main.rs")]
        );
    }

    #[test]
    fn code_and_listed_files_are_inputs() {
        let (plugin, scripted) = (Path::new("/p"), Path::new("/scripted"));
        let package = |has_build_script| PathPackage {
            name: "package".to_owned(),
            has_build_script,
        };
        let packages = [
            (plugin.into(), package(false)),
            (scripted.into(), package(true)),
        ];
        let mut inputs = BuildInputs {
            packages: PathPackages {
                by_folder: packages.into(),
                files: [PathBuf::from("/p/Cargo.toml")].into(),
                ..PathPackages::default()
            },
            dep_info: [
                PathBuf::from("/p/text.txt"),
                "/elsewhere/data".into(),
                "/p/tests/common.rs".into(),
            ]
            .into(),
            build_failed: false,
        };
        for (path, package, expected) in [
            ("/p/src/new.rs", Some(plugin), true),
            ("/p/Cargo.toml", Some(plugin), true),
            ("/p/text.txt", Some(plugin), true),
            ("/elsewhere/data", None, true),
            ("/p/ui/page.tsx", Some(plugin), false),
            ("/p/tests/shell.rs", Some(plugin), false),
            ("/p/tests/common.rs", Some(plugin), true),
            ("/scripted/anything", Some(scripted), true),
            ("/p/other/src/lib.rs", Some(Path::new("/p/other")), false),
        ] {
            assert_eq!(
                inputs.may_include(Path::new(path), package),
                expected,
                "{path}"
            );
        }
        inputs.build_failed = true;
        assert!(inputs.may_include(Path::new("/p/missing.txt"), Some(plugin)));
        assert!(inputs.may_include(Path::new("/p/tests/shell.rs"), Some(plugin)));
        let unbuilt = BuildInputs {
            packages: inputs.packages,
            ..BuildInputs::default()
        };
        assert!(unbuilt.may_include(Path::new("/p/tests/shell.rs"), Some(plugin)));
    }
}
