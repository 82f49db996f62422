//! What a change on the disk leads to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use stratos_protocol::logger::Level;
use tokio_util::task::AbortOnDropHandle;

use crate::config::StratosToml;
use crate::config::{Project, ProjectKind};
use crate::control::Control;
use crate::event::{BuildStep, Event, Part, Subscriber};
use crate::process::LauncherFactory;
use crate::reload::burst::burst;
use crate::reload::echoes::Echoes;
use crate::reload::eye::{Eye, Places};
use crate::reload::inputs::Inputs;
use crate::reload::packages::{Packages, real};
use crate::reload::snapshot::{Scope, Snapshot};
use stratos_protocol::error::chain;

/// How many changed files an event names.
const NAMED: usize = 10;

/// Reloads plugins when what they are built from changes. Ends with this value.
#[derive(Debug)]
#[must_use]
pub struct Reloader {
    _task: AbortOnDropHandle<()>,
}

/// What is watched.
#[derive(Debug)]
pub struct WatchedProject {
    /// The plugins.
    pub projects: Vec<Project>,
    /// The folder of `stratos.toml`.
    pub home: PathBuf,
    /// The shell's own folder, in which nothing is watched.
    pub state: PathBuf,
    /// Changes from this time on count. Take it before the shell starts.
    pub since: SystemTime,
}

impl Reloader {
    /// Begins to watch. Must be called within a runtime.
    pub fn start(watched: WatchedProject, control: Control, processes: LauncherFactory) -> Self {
        let eye = Eye::new(vec![real(&watched.state)]);
        let loop_ = Loop {
            plugins: watched.projects.into_iter().map(Plugin::new).collect(),
            settings: real(&watched.home).join(StratosToml::FILE_NAME),
            state: real(&watched.state),
            events: control.subscribe(),
            control,
            processes,
            eye,
            snapshot: Snapshot::default(),
            scope: Scope::default(),
        };
        let task = tokio::spawn(loop_.run(watched.since));
        Self {
            _task: AbortOnDropHandle::new(task),
        }
    }
}

struct Loop {
    plugins: Vec<Plugin>,
    settings: PathBuf,
    state: PathBuf,
    control: Control,
    processes: LauncherFactory,
    events: Subscriber,
    eye: Eye,
    snapshot: Snapshot,
    scope: Scope,
}

struct Plugin {
    project: Project,
    folder: PathBuf,
    manifest: PathBuf,
    inputs: Inputs,
    echoes: Echoes,
    /// Its manifest has errors: nothing is built until they are repaired.
    is_blocked: bool,
    /// What it would be if the shell were started now.
    kind: ProjectKind,
}

impl Loop {
    async fn run(mut self, since: SystemTime) {
        self.ask_cargo().await;
        self.widen(since).await;
        let wake = self.eye.wake();
        // Kept over the rounds: a burst that has begun must not be forgotten.
        let mut ended = Box::pin(burst(&wake));
        loop {
            tokio::select! {
                () = &mut ended => {
                    ended.set(burst(&wake));
                    self.look().await;
                }
                event = self.events.next() => match event.as_deref() {
                    Some(Event::Build { plugin, build }) => {
                        self.build_went_on(plugin, build, since).await;
                    }
                    Some(Event::Missed { .. }) => self.missed().await,
                    Some(_) => {}
                    None => return,
                },
            }
        }
    }

    /// Finds the packages that plugins are built from.
    async fn ask_cargo(&mut self) {
        for plugin in &mut self.plugins {
            if let ProjectKind::Rust(cargo_toml) = &plugin.project.kind {
                let (cargo, cargo_toml) = (self.processes.cargo().to_owned(), cargo_toml.clone());
                let asked = tokio::task::spawn_blocking(move || Packages::of(&cargo, &cargo_toml));
                let before = std::mem::take(&mut plugin.inputs.packages);
                plugin.inputs.packages = before.or(asked.await.unwrap_or_default());
            }
        }
    }

    async fn look(&mut self) {
        let scope = self.scope.clone();
        let changed = self.with_snapshot(move |s| s.look(&scope)).await;
        self.act_on(&changed).await;
    }

    /// Looks at all that there is to look at now, which may be more than before.
    async fn widen(&mut self, since: SystemTime) {
        let scope = self.scope();
        if scope == self.scope {
            return;
        }
        self.scope = scope.clone();
        let changed = self.with_snapshot(move |s| s.widen(&scope, since)).await;
        // Looking again is cheap, and what happened before the eye was there is not lost.
        self.eye.wake().notify_one();
        Box::pin(self.act_on(&changed)).await;
    }

    /// Reads files where that holds up nobody.
    async fn with_snapshot(
        &mut self,
        look: impl FnOnce(&mut Snapshot) -> (Vec<PathBuf>, Places) + Send + 'static,
    ) -> Vec<PathBuf> {
        let mut snapshot = std::mem::take(&mut self.snapshot);
        let looked = tokio::task::spawn_blocking(move || {
            let found = look(&mut snapshot);
            (snapshot, found)
        });
        let Ok((snapshot, (changed, places))) = looked.await else {
            return Vec::new();
        };
        self.snapshot = snapshot;
        if let Some(reason) = self.eye.look_at(&places) {
            let text = format!(
                "file events cannot be had ({reason}): files are looked through twice a second"
            );
            self.note(Level::Warn, text);
        }
        changed
    }

    fn scope(&self) -> Scope {
        let mut scope = Scope {
            roots: BTreeSet::new(),
            files: [self.settings.clone()].into(),
            blind: vec![self.state.clone()],
        };
        for plugin in &self.plugins {
            let Inputs {
                packages, listed, ..
            } = &plugin.inputs;
            scope.roots.extend(packages.folders.keys().cloned());
            scope.files.extend(packages.files.iter().cloned());
            // Also those that git ignores.
            scope.files.extend(listed.iter().cloned());
            scope.files.insert(plugin.manifest.clone());
            scope.files.extend(plugin.cargo_tomls());
            scope.files.extend(plugin.icons());
            scope.files.extend(plugin.program());
        }
        scope
    }

    async fn act_on(&mut self, changed: &[PathBuf]) {
        if changed.is_empty() {
            return;
        }
        if changed.iter().any(|path| path.ends_with("Cargo.toml")) {
            self.ask_cargo().await;
        }
        if changed.contains(&self.settings) {
            self.reread_settings();
        }
        let packages: BTreeSet<PathBuf> = self
            .snapshot
            .packages()
            .into_iter()
            .map(Path::to_owned)
            .collect();
        for plugin in &mut self.plugins {
            let was_blocked = plugin.is_blocked;
            if changed.contains(&plugin.manifest) {
                plugin.reread(&self.control);
            }
            if plugin.has_another_kind(changed) {
                plugin.say_kind(&self.control);
            }
            let icons = plugin.icons();
            let (shown, rest): (Vec<_>, Vec<_>) = changed
                .iter()
                .partition(|path| icons.contains(*path) && !plugin.inputs.listed.contains(*path));
            plugin.say(&self.control, Part::Icon, &shown);
            let mut sources = rest;
            let program = plugin.program();
            sources.retain(|path| {
                program.as_ref() == Some(*path)
                    || plugin.inputs.concern(path, package_of(path, &packages))
            });
            sources.retain(|path| {
                // Cargo writes its lock file while it builds, which is no news.
                is_lock(path) || plugin.echoes.follows(path, self.snapshot.written(path))
            });
            let is_repaired = was_blocked && !plugin.is_blocked;
            if plugin.is_blocked || (sources.is_empty() && !is_repaired) {
                continue;
            }
            let by_build = !is_repaired && sources.iter().all(|path| is_lock(path));
            if !by_build {
                plugin.say(&self.control, Part::Source, &sources);
            }
            self.control
                .sources_changed(&plugin.project.manifest.id, by_build);
        }
        // Other packages, other icons.
        self.widen(SystemTime::now()).await;
    }

    /// After its end, cargo has a new list of what it built from.
    async fn build_went_on(&mut self, id: &str, build: &BuildStep, since: SystemTime) {
        let Some(plugin) = self.plugins.iter_mut().find(|plugin| plugin.is(id)) else {
            return;
        };
        let (now, is_whole) = (
            SystemTime::now(),
            matches!(build, BuildStep::Finished { .. }),
        );
        match build {
            BuildStep::Started => {
                let echoes = plugin.echoes.build_begins(now);
                plugin.say_echoes(&self.control, &echoes);
                return;
            }
            BuildStep::Superseded => return plugin.echoes.build_ends(now, is_whole),
            BuildStep::Finished { .. } | BuildStep::Failed { .. } => {
                plugin.echoes.build_ends(now, is_whole);
                plugin.inputs.failed = !is_whole;
            }
        }
        if let Some(program) = self.processes.built_program(id) {
            plugin.inputs.read_list(&program);
            self.widen(since).await;
        }
    }

    /// Whatever ended meanwhile: anything may be what a build misses.
    async fn missed(&mut self) {
        for plugin in &mut self.plugins {
            plugin.inputs.failed = true;
            if let Some(program) = self.processes.built_program(&plugin.project.manifest.id) {
                plugin.inputs.read_list(&program);
            }
        }
        self.widen(SystemTime::now()).await;
    }

    fn reread_settings(&self) {
        let home = self.settings.parent().unwrap_or(Path::new("."));
        let error = match StratosToml::load(home) {
            Ok(settings) => {
                self.processes.set_env(settings.env.clone());
                self.control.apply_config(settings);
                None
            }
            Err(error) => Some(chain(&error)),
        };
        let plugin = String::new();
        self.control.emit(Event::Reread { plugin, error });
    }

    fn note(&self, level: Level, text: String) {
        self.control.log("", level, text);
    }
}

impl Plugin {
    fn new(project: Project) -> Self {
        let folder = real(&project.folder);
        Self {
            manifest: folder.join("plugin.json"),
            folder,
            kind: project.kind.clone(),
            project,
            inputs: Inputs::default(),
            echoes: Echoes::default(),
            is_blocked: false,
        }
    }

    fn is(&self, id: &str) -> bool {
        self.project.manifest.id == id
    }

    fn icons(&self) -> Vec<PathBuf> {
        let manifest = &self.project.manifest;
        let names = [&manifest.icon_light, &manifest.icon_dark];
        // Beside the manifest, or where the shell's own plugins have theirs.
        let places = [self.folder.clone(), self.folder.join("assets")];
        let icons = places
            .iter()
            .flat_map(|place| names.map(|name| place.join(name)));
        icons.collect()
    }

    /// Where there may be a Rust program to build.
    fn cargo_tomls(&self) -> [PathBuf; 2] {
        ["Cargo.toml", "background/Cargo.toml"].map(|name| self.folder.join(name))
    }

    /// Whether it would be something else than before if the shell were started now.
    fn has_another_kind(&mut self, changed: &[PathBuf]) -> bool {
        let mut deciding = self
            .cargo_tomls()
            .into_iter()
            .chain([self.manifest.clone()]);
        if !deciding.any(|path| changed.contains(&path)) {
            return false;
        }
        let Ok(now) = Project::read(&self.project.folder) else {
            return false;
        };
        std::mem::replace(&mut self.kind, now.kind) != self.kind
    }

    fn say_kind(&self, control: &Control) {
        let (before, now) = (&self.project.kind, &self.kind);
        let text = if before == now {
            format!("is {} again", in_words(now))
        } else {
            let (before, now) = (in_words(before), in_words(now));
            format!("is {now} now, and was {before}: end `cargo stratos run` and start it again")
        };
        control.log(&self.project.manifest.id, Level::Warn, text);
    }

    fn say_echoes(&self, control: &Control, echoes: &BTreeSet<PathBuf>) {
        if echoes.is_empty() {
            return;
        }
        let names: Vec<_> = echoes
            .iter()
            .take(NAMED)
            .map(|path| self.name(path))
            .collect();
        let text = format!(
            "each build writes {} anew, so that another one would follow for ever: what builds write there is not \
             followed any more. Let the build script write to `OUT_DIR`, or only where something differs",
            names.join(", ")
        );
        control.log(&self.project.manifest.id, Level::Warn, text);
    }

    fn name(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.folder).unwrap_or(path);
        below.display().to_string().replace('\\', "/")
    }

    /// The program, where it is built by somebody else.
    fn program(&self) -> Option<PathBuf> {
        match &self.project.kind {
            ProjectKind::Program(path) => {
                let below = path.strip_prefix(&self.project.folder).unwrap_or(path);
                Some(self.folder.join(below))
            }
            _ => None,
        }
    }

    /// Takes over what the manifest says now, if it may say so.
    fn reread(&mut self, control: &Control) {
        let id = self.project.manifest.id.clone();
        let error = match Project::read(&self.project.folder) {
            Ok(project) if project.manifest.id != id => Some(format!(
                "its id is `{}` now, and was `{id}`: end `cargo stratos run` and start it again",
                project.manifest.id
            )),
            Ok(project) => {
                let manifest = &project.manifest;
                control.set_label(&id, manifest.name.clone(), manifest.version.to_string());
                self.project.manifest = project.manifest;
                None
            }
            Err(error) => Some(chain(&error)),
        };
        self.is_blocked = error.is_some();
        control.set_blocked(&id, self.is_blocked);
        control.emit(Event::Reread { plugin: id, error });
    }

    fn say(&self, control: &Control, part: Part, paths: &[&PathBuf]) {
        if paths.is_empty() {
            return;
        }
        control.emit(Event::Changed {
            plugin: self.project.manifest.id.clone(),
            part,
            files: paths
                .iter()
                .take(NAMED)
                .map(|path| self.name(path))
                .collect(),
            count: paths.len(),
        });
    }
}

fn is_lock(path: &Path) -> bool {
    path.ends_with("Cargo.lock")
}

fn in_words(kind: &ProjectKind) -> &'static str {
    match kind {
        ProjectKind::Rust(_) => "a Rust plugin",
        ProjectKind::Program(_) => "a plugin with a program that is built already",
        ProjectKind::JavaScript(_) => "a plugin in JavaScript",
        ProjectKind::UiOnly => "a plugin without a background module",
    }
}

/// The folder of the package that a file lies in.
fn package_of<'a>(path: &Path, packages: &'a BTreeSet<PathBuf>) -> Option<&'a Path> {
    let folders = path.ancestors().skip(1);
    let package = folders.filter_map(|folder| packages.get(folder)).next();
    package.map(PathBuf::as_path)
}
