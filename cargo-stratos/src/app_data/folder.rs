//! Installs and removes plugins in the data folder of the shell.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::app_data::owner::Owner;
use crate::app_data::staging::Staging;
use crate::error::Error;

/// The data folder of the real shell, `<userData>`.
#[derive(Debug)]
pub(crate) struct AppData {
    folder: PathBuf,
}

impl AppData {
    /// The existing folder `given`, or `default`. The shell creates it when it first starts.
    pub(crate) fn open(given: Option<PathBuf>, default: Option<PathBuf>) -> Result<Self, Error> {
        let help =
            "start Stratos once on this machine, or name its data folder with `--app-data DIR`";
        let Some(folder) = given.or(default) else {
            return Err(Error::usage(
                "the data folder of Stratos is not known",
                help,
            ));
        };
        match fs::metadata(&folder) {
            Ok(metadata) if metadata.is_dir() && folder.ends_with("plugins") => Err(Error::usage(
                format!("{} is the folder of the plugins", folder.display()),
                "name the folder around it with `--app-data DIR`",
            )),
            Ok(metadata) if metadata.is_dir() => Ok(Self { folder }),
            Ok(_) => Err(Error::usage(
                format!("{} is not a folder", folder.display()),
                help,
            )),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::usage(
                format!(
                    "Stratos was not found: there is no folder {}",
                    folder.display()
                ),
                help,
            )),
            Err(error) => Err(Error::file("read", &folder, error)),
        }
    }

    /// The folder with the folders of plugins, which may be missing.
    pub(crate) fn plugins(&self) -> PathBuf {
        self.folder.join("plugins")
    }

    /// The folder of a plugin.
    pub(crate) fn plugin(&self, id: &str) -> PathBuf {
        self.plugins().join(id)
    }

    /// Installs a plugin: `write` creates its folder, or a link to it, at the path that it gets. The present plugin is
    /// replaced when that has succeeded. Returns who installed it.
    pub(crate) fn install(
        &self,
        id: &str,
        force: bool,
        write: impl FnOnce(&Path) -> Result<(), Error>,
    ) -> Result<Option<Owner>, Error> {
        let plugins = self.plugins();
        fs::create_dir_all(&plugins).map_err(|source| Error::file("create", &plugins, source))?;
        let staging = Staging::open(&self.folder, &self.plugin(id), id)?;
        let replaced = self.check_owner(id, force)?;
        staging.replace(write)?;
        Ok(replaced)
    }

    /// Removes a plugin, but not the data that it has stored.
    pub(crate) fn uninstall(&self, id: &str, force: bool) -> Result<Owner, Error> {
        let not_installed = || {
            Error::usage(
                format!("there is no plugin `{id}` in {}", self.plugins().display()),
                "`cargo stratos installed` lists the plugins",
            )
        };
        if !self.plugins().is_dir() {
            return Err(not_installed());
        }
        let staging = Staging::open(&self.folder, &self.plugin(id), id)?;
        let owner = self.check_owner(id, force)?.ok_or_else(not_installed)?;
        staging.remove()?;
        Ok(owner)
    }

    /// Refuses to touch a plugin that cargo stratos did not install, unless `force`. `None` if there is no plugin.
    fn check_owner(&self, id: &str, force: bool) -> Result<Option<Owner>, Error> {
        let owner = Owner::of(&self.plugin(id))?;
        match owner {
            Some(Owner::Other) if !force => Err(Error::usage(
                format!(
                    "{} was not installed by cargo stratos, but by Stratos or by hand",
                    self.plugin(id).display()
                ),
                "remove it in Stratos, or pass `--force` to do it here",
            )),
            owner => Ok(owner),
        }
    }
}
