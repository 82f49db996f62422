//! The probe in the folders of the app.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use stratos_templates::{PROBE_ID, probe};

use crate::commands::doctor::answers::Answers;
use crate::error::Error;

/// Port of the app's server (V1).
const PORT: u16 = 2066;
/// File that `install` adds to those of the probe, and that no other plugin has.
const SETTINGS: &str = "background/settings.json";
const ANSWERS: &str = "answers.json";

/// Folders of the probe in the app's folder, whether it is installed or not.
#[derive(Debug)]
pub(super) struct InstalledProbe {
    user_data: PathBuf,
    /// The plugin's folder (V1).
    folder: PathBuf,
    /// The plugin's folder for its own files (V3, for databases).
    data: PathBuf,
}

impl InstalledProbe {
    pub(super) fn new(user_data: PathBuf) -> Self {
        Self {
            folder: user_data.join("plugins").join(PROBE_ID),
            data: user_data.join("plugins-data").join(PROBE_ID),
            user_data,
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether the probe is installed.
    ///
    /// # Errors
    ///
    /// If its folder holds something else.
    pub(super) fn exists(&self) -> Result<bool, Error> {
        if self.folder.join(SETTINGS).is_file() {
            return Ok(true);
        }
        match fs::symlink_metadata(&self.folder) {
            Ok(_) => Err(Error::usage(
                format!(
                    "{} was not created by `cargo stratos doctor`",
                    self.folder.display()
                ),
                "move it to another place",
            )),
            Err(_) => Ok(false),
        }
    }

    /// Installs the probe: beside its place, and then by a rename, so that the app never sees a part of it.
    pub(super) fn install(&self) -> Result<(), Error> {
        if !self.user_data.is_dir() {
            return Err(Error::usage(
                format!("there is no folder {}", self.user_data.display()),
                "install Stratos and start it once, or name the folder with its data with `--app-data DIR`",
            ));
        }
        let fail = |source| Error::file("write to", &self.user_data, source);
        let prefix = format!(".{PROBE_ID}-");
        let mut builder = tempfile::Builder::new();
        let beside = builder
            .prefix(&prefix)
            .tempdir_in(&self.user_data)
            .map_err(fail)?;
        let complete = beside.path().join(PROBE_ID);
        self.write_files(&complete).map_err(fail)?;
        let parent = self.user_data.join("plugins");
        fs::create_dir_all(parent).map_err(fail)?;
        fs::rename(complete, &self.folder)
            .map_err(|source| Error::file("create", &self.folder, source))
    }

    fn write_files(&self, folder: &Path) -> io::Result<()> {
        let data = std::path::absolute(&self.data)?;
        let settings = serde_json::json!({ "answers": data.join(ANSWERS), "port": PORT });
        let files = probe().into_iter().map(|file| (file.path, file.contents));
        for (path, contents) in files.chain([(SETTINGS.to_owned(), settings.to_string())]) {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("the path has the folder"))?;
            fs::write(path, contents)?;
        }
        Ok(())
    }

    /// The answers of the probe; `None` if it has written none.
    pub(super) fn answers(&self) -> Result<Option<Answers>, Error> {
        // The probe takes the second place if it cannot write to the first one.
        let places = [
            self.data.join(ANSWERS),
            self.folder.join("background").join(ANSWERS),
        ];
        for path in places {
            match fs::read(&path) {
                Ok(text) => {
                    let ended = path.with_file_name("lifeline-ended").exists();
                    return Answers::parse(&text, ended).map(Some).map_err(|error| {
                        Error::usage(
                            format!("{} does not contain answers: {error}", path.display()),
                            "remove the probe with `cargo stratos doctor --app --remove`, and begin again",
                        )
                    });
                }
                Err(error) if is_absent(&error) => {}
                Err(error) => return Err(Error::file("read", path, error)),
            }
        }
        Ok(None)
    }

    /// Removes the probe and its files. The folders of the app and of other plugins stay.
    pub(super) fn remove(&self) -> Result<(), Error> {
        for folder in [&self.data, &self.folder] {
            match fs::remove_dir_all(folder) {
                Err(source) if !is_absent(&source) => {
                    let path = folder.clone();
                    return Err(Error::RemoveProbe { path, source });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
