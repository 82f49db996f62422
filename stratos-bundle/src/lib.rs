//! The bundle of a plugin: the files that the shell installs, and the zip that carries them.
//!
//! The shell installs a plugin as a folder with the layout of [`layout`]; the platform distributes the same tree as a
//! zip. The program of a plugin that is written in Rust is in it once for each [`Platform`].

#![warn(missing_docs)]

mod archive;
mod bundle;
mod glibc;
mod ignore_file;
pub mod layout;
mod layout_rules;
mod leftovers;
pub mod limits;
mod merge;
pub mod names;
mod platform;
mod problem;
mod problems;
mod program;
mod program_rules;
mod secrets;
mod zip;

pub use crate::archive::{ArchiveError, read_archive};
pub use crate::bundle::{Bundle, DistFolder, ReadFolderError};
pub use crate::glibc::GlibcVersion;
pub use crate::ignore_file::{IgnoreFile, IgnoreFileError};
pub use crate::layout_rules::read_manifest;
pub use crate::leftovers::leftover_problems;
pub use crate::merge::merge;
pub use crate::platform::{Architecture, ParsePlatformError, Platform, System};
pub use crate::problem::Problem;
pub use crate::problems::problems;
pub use crate::program::{ProgramHeader, ProgramHeaderError};
pub use crate::secrets::Waiver;
pub use crate::zip::{WriteZipError, Zip, sha256, zip_size_problem};
