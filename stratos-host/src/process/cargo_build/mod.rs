//! Builds of plugins by cargo, which see every change of an input, also those that cargo does not see.

mod build_context;
mod build_dirs;
mod cargo;
mod command_build;
mod messages;
mod package;
mod tracked_build;

pub use self::cargo::CargoOptions;
pub use self::command_build::CommandBuild;
pub(super) use self::{build_context::BuildContext, package::CargoPackage};
