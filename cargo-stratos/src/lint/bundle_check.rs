//! Check of a finished zip: as an archive, then by the rules for its files. The linter then checks the manifest in it.

use std::cmp::Reverse;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use stratos_bundle::limits::MAX_ZIP_BYTES;
use stratos_bundle::{
    ArchiveError, Bundle, Waiver, layout, leftover_problems, problems, read_archive,
};
use stratos_host::config::StratosToml;
use stratos_manifest::Manifest;
use tempfile::TempDir;

use crate::error::Error;
use crate::git;
use crate::lint::catch_panic::catch_panic;
use crate::manifests::{Target, absolute_without_links, read_file};
use crate::output::report::BundleFinding;

/// Maximum number of findings that are kept. A hostile archive may have several for each of thousands of files.
const MAX_FINDINGS: usize = 1_000;

/// Problems of the manifest that the linter reports with more detail.
const REPORTED_BY_LINTER: [&str; 2] = ["invalid-manifest", "missing-icon"];

/// A zip that was looked into.
#[derive(Debug)]
pub(crate) struct BundleCheck {
    /// Path as it was named.
    pub(crate) path: PathBuf,
    /// Absolute path, in a folder without symbolic links.
    pub(crate) absolute: PathBuf,
    pub(crate) findings: Vec<BundleFinding>,
    /// Number of findings beyond [`MAX_FINDINGS`].
    pub(crate) omitted: usize,
    /// The files around the manifest; `None` if the archive was refused, or has no manifest.
    unpacked: Option<Unpacked>,
}

#[derive(Debug)]
struct Unpacked {
    folder: TempDir,
    manifest: Vec<u8>,
}

/// Whether `path` is a zip by its extension, and not a folder.
pub(crate) fn is_zip(path: &Path) -> bool {
    let extension = path.extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("zip")) && path.is_file()
}

impl BundleCheck {
    /// Looks into zips, in the order of their paths. Adds an error for each that cannot be read.
    pub(crate) fn run_all(mut zips: Vec<PathBuf>, errors: &mut Vec<Error>) -> Vec<Self> {
        zips.sort();
        zips.dedup();
        let checks = zips.iter().map(|path| Self::run(path));
        checks
            .filter_map(|check| check.map_err(|error| errors.push(error)).ok())
            .collect()
    }

    /// Looks into a zip. An archive that libraries may read differently is refused, and not unpacked.
    fn run(path: &Path) -> Result<Self, Error> {
        let limit = usize::try_from(MAX_ZIP_BYTES).expect("the limit is below 4 GiB");
        let bytes = read_file(path, limit).map_err(|source| Error::file("read", path, source))?;
        catch_panic(path, || {
            let absolute = absolute_without_links(path);
            let (findings, unpacked) = match read_archive(&bytes) {
                Ok(bundle) => {
                    let waivers = waivers(absolute.parent().unwrap_or(&absolute))?;
                    let unpacked = Unpacked::new(&bundle)
                        .map_err(Error::system("unpack a bundle into a temporary folder"))?;
                    (content_findings(&bundle, &waivers), unpacked)
                }
                Err(errors) => (archive_findings(errors), None),
            };
            Ok(Self::new(path, absolute, findings, unpacked))
        })
    }

    fn new(
        path: &Path,
        absolute: PathBuf,
        mut findings: Vec<BundleFinding>,
        unpacked: Option<Unpacked>,
    ) -> Self {
        // Many warnings must not hide an error.
        findings.sort_by_key(|finding| Reverse(finding.problem.level));
        let omitted = findings.len().saturating_sub(MAX_FINDINGS);
        findings.truncate(MAX_FINDINGS);
        Self {
            path: path.to_owned(),
            absolute,
            findings,
            omitted,
            unpacked,
        }
    }

    /// The manifest in the zip, for the linter.
    pub(crate) fn target(&self) -> Option<Target> {
        let unpacked = self.unpacked.as_ref()?;
        let manifest = unpacked.manifest.clone();
        Some(Target::in_bundle(
            &self.path,
            unpacked.folder.path(),
            manifest,
        ))
    }
}

impl Unpacked {
    /// Writes the files that the linter may look at into a temporary folder. `None` if there is no manifest.
    ///
    /// The names were found good: they stay in the folder, and every system can have them.
    fn new(bundle: &Bundle) -> io::Result<Option<Self>> {
        let Some(manifest) = bundle.files.get(Manifest::FILE_NAME) else {
            return Ok(None);
        };
        let folder = tempfile::tempdir()?;
        // The linter does not read programs, which are most of the bytes.
        let files = bundle.files.iter();
        for (name, contents) in files.filter(|(name, _)| !layout::is_program(name)) {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap_or(folder.path()))?;
            fs::write(path, contents)?;
        }
        Ok(Some(Self {
            folder,
            manifest: manifest.clone(),
        }))
    }
}

fn archive_findings(errors: Vec<ArchiveError>) -> Vec<BundleFinding> {
    errors.into_iter().map(BundleFinding::from).collect()
}

fn content_findings(bundle: &Bundle, waivers: &[Waiver]) -> Vec<BundleFinding> {
    let has_manifest = bundle.files.contains_key(Manifest::FILE_NAME);
    let is_reported = |name: &str| {
        // A waiver may be for another bundle.
        name == "unused-waiver" || has_manifest && REPORTED_BY_LINTER.contains(&name)
    };
    let problems = problems(bundle, waivers).into_iter();
    problems
        .filter(|problem| !is_reported(problem.name))
        .chain(leftover_problems(bundle))
        .map(BundleFinding::from)
        .collect()
}

/// The waivers of the nearest `stratos.toml` above the zip, up to the root of the repository.
fn waivers(folder: &Path) -> Result<Vec<Waiver>, Error> {
    let root = git::root(folder);
    for folder in folder.ancestors() {
        if folder.join(StratosToml::FILE_NAME).is_file() {
            let settings = StratosToml::load(folder).map_err(Error::Settings)?;
            let waivers = settings.pack.not_secret.into_iter();
            let waivers = waivers.map(|file| Waiver {
                path: file.path,
                reason: file.reason,
            });
            return Ok(waivers.collect());
        }
        if root == Some(folder) {
            break;
        }
    }
    Ok(Vec::new())
}
