//! The background task that reloads plugins.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::SystemTime;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use stratos_protocol::error::chain;
use tokio_util::task::AbortOnDropHandle;

use crate::config::{Project, ProjectKind, SettingsFolders, StratosToml};
use crate::control::Control;
use crate::event::Event;
use crate::inputs::{PathPackages, ScanScope, canonicalize};
use crate::process::LauncherFactory;
use crate::reload::debounce::debounce;
use crate::reload::scanner::FileScanner;
use crate::reload::watched_plugin::WatchedPlugin;

/// Reloads plugins when the files change that they are built from. Dropping it ends the reloads.
#[derive(Debug)]
#[must_use]
pub struct Reloader {
    _task: AbortOnDropHandle<()>,
}

/// The files that a [`Reloader`] watches.
#[derive(Debug)]
pub struct ReloadOptions {
    /// The plugins.
    pub projects: Vec<Project>,
    /// Folders that may contain a `stratos.toml`.
    pub settings_folders: SettingsFolders,
    /// The shell's state folder, which is not watched.
    pub state_dir: PathBuf,
    /// Whether files are compared at intervals, instead of after file events of the operating system.
    pub polls: bool,
    /// Time before the start of the shell. Changes since then cause reloads.
    pub since: SystemTime,
}

impl Reloader {
    /// Starts the task. Must be called within a tokio runtime.
    pub fn start(options: ReloadOptions, control: Control, launchers: LauncherFactory) -> Self {
        let state_dir = canonicalize(&options.state_dir);
        let projects = options.projects.into_iter();
        let task = ReloadTask {
            plugins: projects
                .map(|project| WatchedPlugin::new(project, &control, options.since))
                .collect(),
            settings_files: settings_files(&options.settings_folders),
            settings: options.settings_folders,
            scanner: FileScanner::new(vec![state_dir.clone()], options.polls, control.clone()),
            state_dir,
            control,
            launchers,
            since: options.since,
            polls: options.polls,
        };
        Self {
            _task: AbortOnDropHandle::new(tokio::spawn(task.run())),
        }
    }
}

struct ReloadTask {
    plugins: Vec<WatchedPlugin>,
    settings: SettingsFolders,
    /// Paths of the `stratos.toml` files, which need not exist.
    settings_files: BTreeSet<PathBuf>,
    state_dir: PathBuf,
    control: Control,
    launchers: LauncherFactory,
    scanner: FileScanner,
    since: SystemTime,
    polls: bool,
}

impl ReloadTask {
    async fn run(mut self) {
        self.find_packages().await;
        self.report_remote_folders();
        self.update_scope(self.since).await;
        let events = self.scanner.events();
        // Not created anew by each round, which would restart the debouncing of a burst.
        let mut burst = Box::pin(debounce(&events));
        loop {
            for plugin in &mut self.plugins {
                plugin.update_lock_files(self.scanner.snapshot());
            }
            tokio::select! {
                () = &mut burst => {
                    burst.set(debounce(&events));
                    let changed = self.scanner.rescan().await;
                    self.handle_changes(changed).await;
                }
                index = next_build_change(&mut self.plugins) => self.handle_builds(index).await,
            }
        }
    }

    /// Says that changes may not be noticed, for the plugins whose file system does not report all of them.
    fn report_remote_folders(&mut self) {
        if !self.polls {
            for plugin in &mut self.plugins {
                plugin.report_remote_folder();
            }
        }
    }

    /// Finds the packages that Rust plugins are built from.
    async fn find_packages(&mut self) {
        for plugin in &mut self.plugins {
            if let ProjectKind::Rust(cargo_toml) = &plugin.project.kind {
                let (cargo, cargo_toml) = (self.launchers.cargo().to_owned(), cargo_toml.clone());
                let find = move || PathPackages::find(&cargo, &cargo_toml, false);
                let found = tokio::task::spawn_blocking(find).await;
                plugin.inputs.packages.update(found.unwrap_or_default());
            }
        }
    }

    /// Scans the files that now belong to the plugins, which may be others than before, and handles the changes.
    async fn update_scope(&mut self, since: SystemTime) {
        let changed = self.scanner.set_scope(self.scope(), since).await;
        self.handle_changes(changed).await;
    }

    fn scope(&self) -> ScanScope {
        let mut scope = ScanScope {
            files: self.settings_files.clone(),
            ignored: vec![self.state_dir.clone()],
            ..ScanScope::default()
        };
        for plugin in &self.plugins {
            plugin.add_to(&mut scope);
        }
        scope
    }

    async fn handle_changes(&mut self, mut changed: Vec<PathBuf>) {
        while !changed.is_empty() {
            if self
                .plugins
                .iter()
                .any(|plugin| plugin.changes_packages(&changed))
            {
                self.find_packages().await;
            }
            if changed
                .iter()
                .any(|path| self.settings_files.contains(path))
            {
                self.reload_settings();
            }
            for plugin in &mut self.plugins {
                plugin.handle_changes(&changed, self.scanner.snapshot());
            }
            // A change of a manifest may add packages or icons.
            let scope = self.scope();
            changed = self.scanner.set_scope(scope, SystemTime::now()).await;
        }
    }

    /// Handles starts and ends of builds of the plugin at this index.
    async fn handle_builds(&mut self, index: usize) {
        let plugin = &mut self.plugins[index];
        if plugin.handle_builds()
            && let Some(program) = self.launchers.built_program(plugin.id())
        {
            plugin.read_dep_info(&program);
            self.report_remote_folders();
            self.update_scope(self.since).await;
        }
    }

    /// Reads the `stratos.toml` files, and applies them if they have no errors.
    fn reload_settings(&self) {
        let error = match self.settings.load() {
            Ok(settings) => {
                self.launchers.set_env(settings.env.clone());
                self.control.apply_config(settings);
                None
            }
            Err(error) => Some(chain(&error)),
        };
        let plugin = String::new();
        self.control.emit(Event::Reread { plugin, error });
    }
}

fn settings_files(folders: &SettingsFolders) -> BTreeSet<PathBuf> {
    let canonical = folders.folders().map(canonicalize);
    canonical
        .map(|folder| folder.join(StratosToml::FILE_NAME))
        .collect()
}

/// Waits until a build of any plugin starts or ends. Returns the index of the plugin.
async fn next_build_change(plugins: &mut [WatchedPlugin]) -> usize {
    let plugins = plugins.iter_mut().enumerate();
    let mut changes: FuturesUnordered<_> = plugins
        .map(|(index, plugin)| async move {
            plugin.builds.wait().await;
            index
        })
        .collect();
    match changes.next().await {
        Some(index) => index,
        // There are no plugins.
        None => std::future::pending().await,
    }
}
