//! A build from the sources to the output folder.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;
use stratos_bundle::layout::{ASSETS_FOLDER, UI_FOLDER};
use stratos_host::config::{
    BackgroundTable, DeployTable, PackTable, Project, StratosToml, UiTable,
};
use stratos_manifest::Manifest;
use stratos_templates::EntryOptions;

use crate::context::Context;
use crate::error::Error;
use crate::manifests::is_plugin;
use crate::release::background::{Background, BuiltProgram, build_background};
use crate::release::dist::{DistFile, Staging, check_apart, check_replaceable};
use crate::release::ignore_file::read_ignore_file;
use crate::release::options::{BuildOptions, Profile};
use crate::release::ui::{build_ui, ui_folder};

/// Name of the output folder in a plugin's folder.
pub(crate) const DIST: &str = "dist";

/// An output folder.
#[derive(Debug, Serialize)]
pub(crate) struct Dist {
    pub(crate) folder: PathBuf,
    pub(crate) profile: Profile,
    /// All files of the plugin, sorted by path.
    pub(crate) files: Vec<DistFile>,
    /// Paths of files, and of folders with a `/` at the end, that were not copied because of `.stratosignore`.
    pub(crate) left_out: Vec<String>,
    pub(crate) programs: Vec<BuiltProgram>,
    /// Duration of the build.
    pub(crate) seconds: f64,
}

/// Builds a plugin and replaces the output folder. A build that fails leaves it as it is.
pub(crate) fn build(
    cx: &Context,
    project: &Project,
    options: &BuildOptions,
) -> Result<Dist, Error> {
    let start = Instant::now();
    let find = |path: PathBuf| {
        std::path::absolute(&path).map_err(|source| Error::file("find", path, source))
    };
    let plugin = find(project.folder.clone())?;
    // `dist` and not a folder in `target`: it is the name that the tools for published plugins use, and the one that
    // a CI job uploads. Those tools may have written a `dist` of their own, which is never replaced.
    let out = find(options.out.clone().unwrap_or_else(|| plugin.join(DIST)))?;
    let settings = StratosToml::load(&plugin).map_err(Error::Settings)?;
    let (assets, ui) = (plugin.join(ASSETS_FOLDER), ui_folder(&plugin, &settings.ui));
    warn_of_other_settings(cx, &plugin);
    check_apart(&out, &assets, "the folder of the assets")?;
    check_apart(&out, &ui, "the folder of the built UI")?;
    check_replaceable(&out)?;

    let background = build_background(cx, project, options)?;
    if let Background::Module(folder) = &background {
        check_apart(&out, folder, "the folder of the background module")?;
    }
    let has_ui = build_ui(cx, &plugin, &settings.ui)?;

    let mut staging = Staging::create(&out, read_ignore_file(&plugin)?)?;
    staging.copy(Manifest::FILE_NAME, &plugin.join(Manifest::FILE_NAME))?;
    if assets.is_dir() {
        staging.copy_folder(ASSETS_FOLDER, &assets)?;
    }
    if has_ui {
        staging.copy_folder(UI_FOLDER, &ui)?;
    }
    let mut programs = Vec::new();
    match background {
        Background::Programs(built) => {
            let supervise = settings.background.supervise;
            for file in stratos_templates::entry(&EntryOptions { supervise }) {
                staging.write(&file.path, file.contents.as_bytes())?;
            }
            for program in built {
                staging.copy(&program.built.path, &program.file)?;
                programs.push(program.built);
            }
        }
        Background::Module(folder) => {
            staging.copy_folder("background", &folder)?;
        }
        Background::None => {}
    }
    let (files, left_out) = staging.publish()?;
    Ok(Dist {
        files,
        left_out,
        folder: out,
        profile: options.profile,
        programs,
        seconds: start.elapsed().as_secs_f64(),
    })
}

/// Warns of tables in the `stratos.toml` of the current folder that do not count for a plugin in another one. If the
/// current folder is a plugin, they are its own.
fn warn_of_other_settings(cx: &Context, plugin: &Path) {
    let here = Path::new(".");
    if is_plugin(here) {
        return;
    }
    let settings = StratosToml::load(here).unwrap_or_default();
    let tables = [
        ("[ui]", settings.ui != UiTable::default()),
        (
            "[background]",
            settings.background != BackgroundTable::default(),
        ),
        ("[pack]", settings.pack != PackTable::default()),
        ("[deploy]", settings.deploy != DeployTable::default()),
    ];
    let tables = tables.iter().filter(|(_, is_set)| *is_set);
    let tables: Vec<_> = tables.map(|(name, _)| *name).collect();
    if !tables.is_empty() {
        let (tables, plugin) = (tables.join(", "), plugin.display());
        cx.output.warn(
            &format!("{tables} in the stratos.toml of the current folder does not count for the plugin in {plugin}"),
            "write it into the stratos.toml in the folder of the plugin",
        );
    }
}
