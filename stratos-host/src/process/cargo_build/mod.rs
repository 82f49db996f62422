//! Builds of plugins by cargo, which see every change of an input, also those that cargo does not see.

mod build_context;
mod build_dirs;
mod cargo;
mod messages;
mod package;
mod test_build;
mod tracked_build;

pub use self::cargo::CargoOptions;
pub use self::messages::find_program;
pub use self::test_build::TestBuild;
pub(super) use self::{build_context::BuildContext, package::CargoPackage};
