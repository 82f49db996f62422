//! The bundle of a plugin: the files that the shell installs, and the zip that carries them.
//!
//! The shell installs a plugin as a folder with the layout of [`layout`]; the platform distributes the same tree as a
//! zip. The program of a plugin that is written in Rust is in it once for each [`Platform`].

#![warn(missing_docs)]

mod bundle;
mod ignore_file;
pub mod layout;
pub mod limits;
pub mod names;
mod platform;
mod problem;

pub use crate::bundle::{Bundle, DistFolder, ReadFolderError};
pub use crate::ignore_file::{IgnoreFile, IgnoreFileError};
pub use crate::platform::{Architecture, ParsePlatformError, Platform, System};
pub use crate::problem::Problem;
