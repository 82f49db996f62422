//! Exceptions: findings that a project's settings suppress, each with a reason.

#[cfg(feature = "full")]
mod exception;
mod unused;

#[cfg(feature = "full")]
pub use self::exception::{Exception, suppress};
pub use self::unused::UnusedSuppression;
