//! The folders that are packed: one that is built here, or those that other computers have built.

use std::fs;
use std::path::{Path, PathBuf};

use stratos_bundle::{Bundle, DistFolder, Problem, merge};
use stratos_host::config::Project;
use stratos_manifest::Manifest;

use crate::context::Context;
use crate::error::Error;
use crate::release::{BuildOptions, DIST, build, read_ignore_file, real};

/// Source of a bundle's files: the `dist` folder of this project, or those of other computers.
#[derive(Debug)]
pub(super) struct DistSource<'a> {
    /// Folders that are read.
    folders: Vec<PathBuf>,
    /// Targets of a build into the only folder, before it is read.
    build: Option<&'a [String]>,
}

/// The files of a bundle, and what is wrong with their folders.
#[derive(Debug)]
pub(super) struct CollectedFiles {
    pub(super) bundle: Bundle,
    pub(super) left_out: Vec<String>,
    pub(super) problems: Vec<Problem>,
}

impl<'a> DistSource<'a> {
    pub(super) fn new(
        project: &Project,
        merged: &[PathBuf],
        no_build: bool,
        targets: &'a [String],
    ) -> Self {
        match merged {
            [] => Self {
                folders: vec![project.folder.join(DIST)],
                build: (!no_build).then_some(targets),
            },
            merged => Self {
                folders: merged.to_vec(),
                build: None,
            },
        }
    }

    /// Checks that the zip is not written into a folder that is packed, where the next call would pack it.
    pub(super) fn check_outside(&self, zip: &Path) -> Result<(), Error> {
        // The build may create both.
        let real = |path: &Path| match std::path::absolute(path) {
            Ok(path) => Ok(real(&path)),
            Err(source) => Err(Error::file("find", path, source)),
        };
        let real_zip = real(zip)?;
        let mut inside = None;
        for folder in &self.folders {
            if real_zip.starts_with(real(folder)?) {
                inside = Some(folder);
            }
        }
        match inside {
            Some(folder) => Err(Error::usage(
                format!(
                    "{} is in {}, which is packed",
                    zip.display(),
                    folder.display()
                ),
                "name a file in another folder with `--out FILE`",
            )),
            None => Ok(()),
        }
    }

    /// Builds if necessary, and reads the folders.
    pub(super) fn collect(&self, cx: &Context, project: &Project) -> Result<CollectedFiles, Error> {
        let mut collected = CollectedFiles {
            bundle: Bundle::default(),
            left_out: Vec::new(),
            problems: Vec::new(),
        };
        if let Some(targets) = self.build {
            let options = BuildOptions {
                targets: targets.to_vec(),
                ..BuildOptions::default()
            };
            collected.left_out = build(cx, project, &options)?.left_out;
        }
        let ignore = read_ignore_file(&project.folder)?;
        let mut bundles = Vec::new();
        for folder in &self.folders {
            self.check_is_dist(folder)?;
            let dist = DistFolder::read(folder, &ignore);
            let dist = dist.map_err(|error| Error::file("read", error.path, error.source))?;
            collected.left_out.extend(dist.left_out);
            collected.problems.extend(dist.problems);
            bundles.push((folder.display().to_string(), dist.bundle));
        }
        collected.left_out.sort();
        collected.left_out.dedup();
        match merge(&bundles) {
            Ok(bundle) => collected.bundle = bundle,
            Err(problems) => {
                collected.problems.extend(problems);
                // The problems of the first one are likely those of all.
                collected.bundle = bundles.swap_remove(0).1;
            }
        }
        Ok(collected)
    }

    /// The problem of a manifest that is not the plugin's, as of folders of an earlier version.
    pub(super) fn stale_problem(
        &self,
        project: &Project,
        bundle: &Bundle,
    ) -> Result<Option<Problem>, Error> {
        let name = Manifest::FILE_NAME;
        let path = project.folder.join(name);
        let expected = fs::read(&path).map_err(|source| Error::file("read", path, source))?;
        let packed = bundle.files.get(name);
        if packed.is_none_or(|packed| *packed == expected) {
            return Ok(None);
        }
        let message = format!(
            "the `{name}` that would be packed is not the plugin's: it was built before a change"
        );
        let problem = Problem::error("stale-dist", name, message);
        Ok(Some(problem.help(match self.folders.as_slice() {
            [only] if *only == project.folder.join(DIST) => {
                "build again: `cargo stratos pack` without `--no-build`"
            }
            _ => "build the folders again from these sources, or check out the sources that they were built from",
        })))
    }

    fn check_is_dist(&self, folder: &Path) -> Result<(), Error> {
        if folder.join(Manifest::FILE_NAME).is_file() {
            return Ok(());
        }
        let shown = folder.display();
        let message = match folder.is_dir() {
            true => format!("{shown} has no plugin.json"),
            false => format!("there is no folder {shown}"),
        };
        let nested = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut nested = nested.map(|entry| entry.path());
        let nested = nested.find(|path| path.join(Manifest::FILE_NAME).is_file());
        Err(Error::usage(
            message,
            match (nested, self.build) {
                (Some(nested), None) => format!("name the folder in it: {}", nested.display()),
                _ => "`cargo stratos build` writes a folder that can be packed".to_owned(),
            },
        ))
    }
}
