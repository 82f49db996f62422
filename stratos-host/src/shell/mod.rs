//! The shell as a whole: composes plugins, services, server and control, and shuts them down.

mod error;
mod options;
mod shell;

pub use self::error::ShellError;
pub use self::options::ShellOptions;
pub use self::shell::Shell;
