//! The shell as a whole: composes plugins, services, server and control, and shuts them down.

mod composition;
mod error;
mod options;

pub use self::composition::Shell;
pub use self::error::ShellError;
pub use self::options::ShellOptions;
