//! Hot reload: a saved file becomes a running version.
//!
//! Cargo decides what a plugin is built from. The packages that it builds from paths are searched for what git does
//! not ignore, and after each build cargo's own list of inputs adds what lies elsewhere. Any event of the operating
//! system only says *look again*: what counts is that the content is another one. So it does not matter how an
//! editor saves, and a touched file that says the same builds nothing.

mod burst;
mod echoes;
mod eye;
mod inputs;
mod packages;
mod reloader;
mod snapshot;

pub use self::reloader::{Reloader, WatchedProject};
