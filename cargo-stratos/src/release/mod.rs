//! Builds of a plugin as it is installed: the folder `dist`.

mod background;
mod build;
mod cargo_command;
mod dist;
mod ignore_file;
mod options;
mod run_command;
mod target;
mod toolchain;
mod ui;

pub(crate) use self::background::BuiltProgram;
pub(crate) use self::build::{DIST, Dist, build};
pub(crate) use self::dist::real;
pub(crate) use self::ignore_file::read_ignore_file;
pub(crate) use self::options::{BuildOptions, Profile};
pub(crate) use self::run_command::run_command;
pub(crate) use self::ui::{UI_HELP, shell_command};
