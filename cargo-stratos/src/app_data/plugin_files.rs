//! The files of a bundle that one platform needs.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use stratos_bundle::{Architecture, Bundle, Platform, System, Zip, layout};

use crate::app_data::marker::Marker;
use crate::error::Error;

/// The files of a bundle without the programs of other platforms.
#[derive(Debug)]
pub(crate) struct PluginFiles {
    files: Vec<(String, Vec<u8>)>,
    /// Platform of the program; `None` for a plugin without a program.
    pub(crate) platform: Option<Platform>,
    /// SHA-256 of the zip of the bundle, in hexadecimal.
    pub(crate) sha256: String,
}

impl PluginFiles {
    /// Selects the files for this machine.
    pub(crate) fn select(bundle: Bundle) -> Result<Self, Error> {
        let platform = program_platform(&bundle)?;
        let sha256 = Zip::write(&bundle).map_err(Error::Zip)?.sha256();
        let folder = platform.map(|platform| format!("{}/{platform}/", layout::PROGRAMS));
        let is_needed = |path: &str| {
            let is_ours = folder
                .as_ref()
                .is_some_and(|folder| path.starts_with(folder));
            is_ours || !layout::is_program(path)
        };
        Ok(Self {
            files: bundle
                .files
                .into_iter()
                // An installed plugin may be the source, which has a marker.
                .filter(|(path, _)| is_needed(path) && path != Marker::FILE_NAME)
                .collect(),
            platform,
            sha256,
        })
    }

    /// Number of files.
    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    /// Writes the files and the marker into a new folder, and waits until they are on the disk.
    pub(crate) fn write(&self, folder: &Path, marker: &Marker) -> Result<(), Error> {
        for (path, bytes) in &self.files {
            write_file(&folder.join(path), bytes, layout::is_program(path))?;
        }
        let marker = serde_json::to_vec_pretty(marker).expect("a marker serializes");
        write_file(&folder.join(Marker::FILE_NAME), &marker, false)
    }
}

/// Platform of the program for this machine. ARM machines with Windows or macOS run programs for x64 as well.
fn program_platform(bundle: &Bundle) -> Result<Option<Platform>, Error> {
    let platforms = bundle.platforms();
    if platforms.is_empty() {
        return Ok(None);
    }
    let host = Platform::host();
    let emulated = host
        .filter(|host| host.architecture == Architecture::Arm64 && host.system != System::Linux)
        .map(|host| Platform::new(host.system, Architecture::X64));
    let found = [host, emulated].into_iter().flatten();
    if let Some(platform) = found.into_iter().find(|one| platforms.contains(one)) {
        return Ok(Some(platform));
    }
    let names: Vec<_> = platforms.iter().map(Platform::to_string).collect();
    let host = host.map_or_else(|| "this machine".to_owned(), |host| host.to_string());
    Err(Error::usage(
        format!(
            "there is no program for {host}, but for {}",
            names.join(", ")
        ),
        "run `cargo stratos build` on this machine",
    ))
}

fn write_file(path: &Path, bytes: &[u8], is_program: bool) -> Result<(), Error> {
    let write = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = create(path, is_program)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|source| Error::file("write", path, source))
}

#[cfg(unix)]
fn create(path: &Path, is_program: bool) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;

    let mode = if is_program { 0o755 } else { 0o644 };
    File::options()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
}

/// Windows runs a program by its extension.
#[cfg(not(unix))]
fn create(path: &Path, _is_program: bool) -> io::Result<File> {
    File::create_new(path)
}
