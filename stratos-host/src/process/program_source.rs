//! Sources of plugins' programs.

use std::fmt;
use std::path::PathBuf;

use futures_util::future::{self, BoxFuture, FutureExt as _};

use crate::event::EventBus;
use crate::process::build_error::BuildError;

/// The source of one plugin's program.
pub(super) trait ProgramSource: fmt::Debug + Send + Sync {
    /// Whether a compiler runs.
    fn builds(&self) -> bool;

    /// Builds the newest version of the program. Dropping the future cancels the build.
    fn build<'a>(
        &'a self,
        plugin: &'a str,
        events: &'a EventBus,
    ) -> BoxFuture<'a, Result<SourceProgram, BuildError>>;
}

/// A program at the path where it was built.
#[derive(Debug)]
pub(super) struct SourceProgram {
    pub(super) path: PathBuf,
    /// The compiler's warnings, rendered as text.
    pub(super) warnings: String,
}

/// A program at this path, which another tool builds.
#[derive(Debug)]
pub(super) struct PrebuiltProgram(pub(super) PathBuf);

impl ProgramSource for PrebuiltProgram {
    fn builds(&self) -> bool {
        false
    }

    fn build<'a>(
        &'a self,
        _plugin: &'a str,
        _events: &'a EventBus,
    ) -> BoxFuture<'a, Result<SourceProgram, BuildError>> {
        let program = SourceProgram {
            path: self.0.clone(),
            warnings: String::new(),
        };
        future::ready(Ok(program)).boxed()
    }
}
