//! A finished bundle: the zip of a plugin.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use stratos_bundle::limits::MAX_ZIP_BYTES;
use stratos_bundle::{ArchiveError, Bundle, read_archive, read_manifest, sha256};
use stratos_manifest::Manifest;

use crate::error::Error;
use crate::manifests::read_limited;

/// A zip with a plugin, in memory: what was checked is what is used.
#[derive(Debug)]
pub(crate) struct BundleFile {
    /// Path of the file.
    pub(crate) path: PathBuf,
    /// The manifest in the zip.
    pub(crate) manifest: Manifest,
    /// The files in the zip.
    pub(crate) bundle: Bundle,
    /// Contents of the file.
    pub(crate) bytes: Vec<u8>,
    /// SHA-256 of the contents, in hexadecimal.
    pub(crate) sha256: String,
}

impl BundleFile {
    /// Reads a zip, as strictly as `cargo stratos check` does, and the manifest in it.
    pub(crate) fn read(path: PathBuf) -> Result<Self, Error> {
        let bytes = read_zip(&path)?;
        let bundle = read_archive(&bytes).map_err(|errors| refused(&path, &errors))?;
        let manifest = bundle_manifest(&bundle, &path)?;
        Ok(Self {
            sha256: sha256(&bytes),
            path,
            manifest,
            bundle,
            bytes,
        })
    }
}

/// The manifest among the files of a bundle, which were read from `path`.
pub(crate) fn bundle_manifest(bundle: &Bundle, path: &Path) -> Result<Manifest, Error> {
    read_manifest(bundle).map_err(|problem| Error::Usage {
        message: format!("{}: {}", path.display(), problem.message),
        help: problem.help,
    })
}

fn refused(path: &Path, errors: &[ArchiveError]) -> Error {
    let first = errors.first().map_or_else(String::new, ToString::to_string);
    Error::usage(
        format!("{} is not a safe zip: {first}", path.display()),
        format!("`cargo stratos check {}` lists all reasons", path.display()),
    )
}

fn read_zip(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => Error::usage(
            format!("there is no file {}", path.display()),
            "create it with `cargo stratos pack`, or name another zip",
        ),
        _ => Error::file("read", path, source),
    };
    if !path.metadata().map_err(failed)?.is_file() {
        return Err(Error::usage(
            format!("{} is not a file", path.display()),
            "name a zip that `cargo stratos pack` created",
        ));
    }
    let limit = usize::try_from(MAX_ZIP_BYTES).unwrap_or(usize::MAX);
    // One byte more than the limit is read of a larger file, which `read_archive` refuses.
    read_limited(File::open(path).map_err(failed)?, limit).map_err(failed)
}
