//! Hot reload: builds and replaces plugins when their files change.
//!
//! `watcher` waits for file events of the operating system. After an event, `scanner` compares the content of all
//! watched files with the previous scan, so the way in which an editor saves a file does not matter, and a file that
//! was only touched causes no build. The module `inputs` decides whether a changed file affects the program.
//! `rebuild_loop` ignores inputs that the builds themselves write. `reloader` connects these with the shell.

mod build_changes;
mod debounce;
mod file_system;
mod rebuild_loop;
mod reloader;
mod scanner;
mod watched_plugin;
mod watcher;

pub use self::reloader::{ReloadOptions, Reloader};
