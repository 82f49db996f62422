//! The watched files of one plugin.

use std::collections::BTreeSet;
use std::mem;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use stratos_manifest::Manifest;
use stratos_protocol::error::chain;
use stratos_protocol::logger::Level;

use crate::config::{Project, ProjectError, ProjectKind};
use crate::control::Control;
use crate::event::{BuildEnd, BuildResult, Event, Part};
use crate::inputs::{BuildInputs, ScanScope, Snapshot, canonicalize, names_packages, package_of};
use crate::reload::build_changes::{BuildChange, BuildChanges};
use crate::reload::file_system::remote_kind;
use crate::reload::rebuild_loop::RebuildLoopDetector;

/// Maximum number of files that a message names.
const MAX_NAMED_FILES: usize = 10;

/// A plugin whose files are watched.
#[derive(Debug)]
pub(super) struct WatchedPlugin {
    control: Control,
    pub(super) project: Project,
    /// Path of the folder, if it is a symbolic link.
    link: Option<PathBuf>,
    folder: PathBuf,
    manifest: PathBuf,
    pub(super) inputs: BuildInputs,
    rebuild_loop: RebuildLoopDetector,
    /// Error of the manifest. The plugin is not built until it is corrected.
    manifest_error: Option<String>,
    /// Lock files that existed before the latest build.
    lock_files: BTreeSet<PathBuf>,
    /// Kind of the project by its present files. The shell still runs it as `project.kind`.
    present_kind: ProjectKind,
    pub(super) builds: BuildChanges,
    /// Whether a folder in a file system that does not report all changes was found.
    is_remote: bool,
}

impl WatchedPlugin {
    /// `since` is a time before the first build.
    pub(super) fn new(project: Project, control: &Control, since: SystemTime) -> Self {
        let folder = canonicalize(&project.folder);
        Self {
            builds: BuildChanges::new(control.latest_build(&project.manifest.id)),
            control: control.clone(),
            link: link(&project.folder),
            manifest: folder.join(Manifest::FILE_NAME),
            folder,
            present_kind: project.kind.clone(),
            inputs: BuildInputs::default(),
            rebuild_loop: RebuildLoopDetector::default(),
            is_remote: false,
            manifest_error: None,
            lock_files: lock_files(&project, since),
            project,
        }
    }

    /// The plugin's id.
    pub(super) fn id(&self) -> &str {
        &self.project.manifest.id
    }

    /// Handles starts and ends of builds. Returns whether a build has ended, so that there may be a new dep-info file.
    pub(super) fn handle_builds(&mut self) -> bool {
        let mut has_ended = false;
        for change in self.builds.take() {
            match change {
                BuildChange::Started(at) => {
                    let ignored = self.rebuild_loop.build_started(at);
                    self.report_rebuild_loop(&ignored);
                }
                BuildChange::Ended(BuildEnd { at, result }) => {
                    let succeeded = result == BuildResult::Succeeded;
                    self.rebuild_loop.build_ended(at, succeeded);
                    if result != BuildResult::Cancelled {
                        self.inputs.build_failed = !succeeded;
                        has_ended = true;
                    }
                }
            }
        }
        has_ended
    }

    /// Takes over the lock files of a scan, unless a build runs that may have created them.
    pub(super) fn update_lock_files(&mut self, snapshot: &Snapshot) {
        if !self.builds.is_running() {
            let paths = snapshot.paths().filter(|path| is_lock_file(path));
            self.lock_files = paths.cloned().collect();
        }
    }

    /// Reads the inputs of the program that was built last.
    pub(super) fn read_dep_info(&mut self, program: &Path) {
        if let ProjectKind::Rust(cargo_toml) = &self.project.kind
            && let Some(package) = cargo_toml.parent()
        {
            self.inputs.read_dep_info(program, package);
        }
    }

    /// Says once that changes may not be noticed, if a folder's file system does not report all of them.
    pub(super) fn report_remote_folder(&mut self) {
        if self.is_remote {
            return;
        }
        let inputs = self.inputs.dep_info.iter().filter_map(|path| path.parent());
        let packages = self.inputs.packages.by_folder.keys();
        let folders = [&self.folder].into_iter().chain(packages);
        // Of the many files in a folder, the first one asks.
        let folders: Vec<_> = folders.map(PathBuf::as_path).chain(inputs).collect();
        let mut seen = BTreeSet::new();
        let mut new = folders.into_iter().filter(|folder| seen.insert(*folder));
        let Some((folder, kind)) = new.find_map(|folder| Some((folder, remote_kind(folder)?)))
        else {
            return;
        };
        let place = match folder.strip_prefix(&self.folder) {
            Ok(inside) if inside == Path::new("") => "is".to_owned(),
            _ => format!("is built from {}, which is", folder.display()),
        };
        let text = format!(
            "{place} in a file system ({kind}) that does not report changes from its other side: if a save is not \
             noticed, use `cargo stratos run --poll`"
        );
        self.control.log(self.id(), Level::Info, text);
        self.is_remote = true;
    }

    /// Adds the plugin's files to a scope.
    pub(super) fn add_to(&self, scope: &mut ScanScope) {
        self.inputs.add_to(scope);
        scope.files.insert(self.manifest.clone());
        scope.files.extend(self.cargo_tomls());
        scope.files.extend(self.icons());
        scope.files.extend(self.prebuilt_program());
        scope.files.extend(self.link.clone());
    }

    /// Whether these changes may add or remove packages.
    pub(super) fn changes_packages(&self, changed: &[PathBuf]) -> bool {
        let is_link = |path| Some(path) == self.link.as_ref();
        changed
            .iter()
            .any(|path| names_packages(path) || is_link(path))
    }

    /// Handles changed files, of which only some may be the plugin's. Starts an update if the program may differ.
    pub(super) fn handle_changes(&mut self, changed: &[PathBuf], snapshot: &Snapshot) {
        let was_blocked = self.manifest_error.is_some();
        let is_moved = self
            .link
            .as_ref()
            .is_some_and(|link| changed.contains(link));
        if is_moved {
            self.folder = canonicalize(&self.project.folder);
            self.manifest = self.folder.join(Manifest::FILE_NAME);
        }
        if is_moved || changed.contains(&self.manifest) {
            self.reload_manifest();
        }
        if self.kind_changed(changed) {
            self.report_kind();
        }
        let icons = self.icons();
        let (icons, mut sources): (Vec<_>, Vec<_>) = changed
            .iter()
            .partition(|path| icons.contains(*path) && !self.inputs.dep_info.contains(*path));
        self.report_changed(Part::Icon, &icons);
        let manifests = snapshot.paths().filter(|path| path.ends_with("Cargo.toml"));
        let packages = manifests.filter_map(|path| path.parent()).collect();
        let program = self.prebuilt_program();
        sources.retain(|path| {
            let is_input = program.as_ref() == Some(*path)
                || self.link.as_ref() == Some(*path)
                || self.inputs.may_include(path, package_of(path, &packages));
            let modified = snapshot.modified(path);
            is_input
                && match is_lock_file(path) {
                    // Cargo creates the file at the beginning of a build, which uses what it has written. A file
                    // that existed may have been changed by its author, after cargo has read it.
                    true => {
                        let is_during_build = |time| self.builds.is_during_latest(time);
                        self.lock_files.contains(*path) || !modified.is_some_and(is_during_build)
                    }
                    false => self.rebuild_loop.causes_build(path, modified),
                }
        });
        if let Some(error) = &self.manifest_error {
            sources.retain(|path| *path != &self.manifest && !is_lock_file(path));
            self.report_waiting(&sources, error);
            return;
        }
        let is_corrected = was_blocked;
        if sources.is_empty() && !is_corrected {
            return;
        }
        let by_build = !is_corrected && sources.iter().all(|path| is_lock_file(path));
        if !by_build {
            self.report_changed(Part::Source, &sources);
        }
        self.control.sources_changed(self.id(), by_build);
    }

    fn icons(&self) -> Vec<PathBuf> {
        let manifest = &self.project.manifest;
        let names = [&manifest.icon_light, &manifest.icon_dark];
        // The shell also looks for icons in `assets`.
        let folders = [self.folder.clone(), self.folder.join("assets")];
        let icons = folders
            .iter()
            .flat_map(|folder| names.map(|name| folder.join(name)));
        icons.collect()
    }

    /// Possible paths of the manifest of a Rust plugin. The files need not exist.
    fn cargo_tomls(&self) -> [PathBuf; 2] {
        ["Cargo.toml", "background/Cargo.toml"].map(|name| self.folder.join(name))
    }

    /// Path of the program, if another tool than the shell builds it.
    fn prebuilt_program(&self) -> Option<PathBuf> {
        match &self.project.kind {
            ProjectKind::Program(path) => {
                let relative = path.strip_prefix(&self.project.folder).unwrap_or(path);
                Some(self.folder.join(relative))
            }
            _ => None,
        }
    }

    /// Reads the manifest, and applies it if it has no errors and the same id.
    fn reload_manifest(&mut self) {
        let id = self.id().to_owned();
        let error = match Project::read(&self.project.folder) {
            Ok(project) if project.manifest.id != id => Some(format!(
                "its id is `{}` now, and was `{id}`: end `cargo stratos run` and start it again",
                project.manifest.id
            )),
            Ok(project) => {
                self.control.apply_manifest(&project.manifest);
                self.project.manifest = project.manifest;
                None
            }
            Err(error @ ProjectError::Manifest { .. }) => {
                Some(format!("{error}; `cargo stratos check` shows all mistakes"))
            }
            Err(error) => Some(chain(&error)),
        };
        self.manifest_error.clone_from(&error);
        self.control.set_blocked(&id, error.is_some());
        self.control.emit(Event::Reread { plugin: id, error });
    }

    /// Updates `present_kind`; returns whether it has changed.
    fn kind_changed(&mut self, changed: &[PathBuf]) -> bool {
        let mut relevant = self.cargo_tomls().into_iter();
        if !changed.contains(&self.manifest) && !relevant.any(|path| changed.contains(&path)) {
            return false;
        }
        let Ok(project) = Project::read(&self.project.folder) else {
            return false;
        };
        mem::replace(&mut self.present_kind, project.kind) != self.present_kind
    }

    fn report_kind(&self) {
        let running = kind_name(&self.project.kind);
        let present = kind_name(&self.present_kind);
        let text = match self.project.kind == self.present_kind {
            true => format!("is {present} again"),
            false => format!(
                "is {present} now, and was {running}: end `cargo stratos run` and start it again"
            ),
        };
        self.control.log(self.id(), Level::Warn, text);
    }

    fn report_rebuild_loop(&self, ignored: &BTreeSet<PathBuf>) {
        if ignored.is_empty() {
            return;
        }
        let text = format!(
            "each build writes {} anew, which would cause builds forever: changes that builds make there are ignored \
             from now on. Let the build script write to `OUT_DIR`, or only if the content differs",
            self.list(ignored)
        );
        self.control.log(self.id(), Level::Warn, text);
    }

    fn report_waiting(&self, files: &[&PathBuf], manifest_error: &str) {
        if files.is_empty() {
            return;
        }
        let text = format!(
            "{} changed, which is not built until plugin.json is corrected: {manifest_error}",
            self.list(files.iter().copied())
        );
        self.control.log(self.id(), Level::Warn, text);
    }

    fn report_changed(&self, part: Part, files: &[&PathBuf]) {
        if files.is_empty() {
            return;
        }
        self.control.emit(Event::Changed {
            plugin: self.id().to_owned(),
            part,
            files: self.names(files.iter().copied()),
            count: files.len(),
        });
    }

    /// The files' paths in one line.
    fn list<'a>(
        &self,
        files: impl IntoIterator<Item = &'a PathBuf, IntoIter: ExactSizeIterator>,
    ) -> String {
        let files = files.into_iter();
        let rest = files.len().saturating_sub(MAX_NAMED_FILES);
        let names = self.names(files).join(", ");
        match rest {
            0 => names,
            rest => format!("{names} and {rest} more"),
        }
    }

    /// The first files' paths, relative to the plugin's folder where they are inside it.
    fn names<'a>(&self, files: impl IntoIterator<Item = &'a PathBuf>) -> Vec<String> {
        let files = files.into_iter().take(MAX_NAMED_FILES);
        let relative = files.map(|path| path.strip_prefix(&self.folder).unwrap_or(path));
        relative
            .map(|path| path.display().to_string().replace('\\', "/"))
            .collect()
    }
}

/// The path of a folder that is a symbolic link.
fn link(folder: &Path) -> Option<PathBuf> {
    // Without a separator at its end, behind which the link would be followed.
    let path = std::path::absolute(folder)
        .ok()?
        .components()
        .collect::<PathBuf>();
    path.is_symlink().then_some(path)
}

/// Lock files that the project's packages may have, of those that were not written since this time.
fn lock_files(project: &Project, since: SystemTime) -> BTreeSet<PathBuf> {
    let ProjectKind::Rust(cargo_toml) = &project.kind else {
        return BTreeSet::new();
    };
    let cargo_toml = canonicalize(cargo_toml);
    let folders = cargo_toml.ancestors().skip(1);
    let files = folders.map(|folder| folder.join("Cargo.lock"));
    let is_older = |path: &PathBuf| {
        let modified = path.metadata().and_then(|metadata| metadata.modified());
        modified.is_ok_and(|modified| modified < since)
    };
    files.filter(is_older).collect()
}

fn is_lock_file(path: &Path) -> bool {
    path.ends_with("Cargo.lock")
}

fn kind_name(kind: &ProjectKind) -> &'static str {
    match kind {
        ProjectKind::Rust(_) => "a Rust plugin",
        ProjectKind::Program(_) => "a plugin with a program that is built already",
        ProjectKind::Script(_) => "a plugin in JavaScript or TypeScript",
        ProjectKind::UiOnly => "a plugin without a background module",
    }
}
