//! Findings that somebody decided to live with: exceptions in the settings, and the baseline of old debts.

#[cfg(feature = "full")]
mod baseline;
#[cfg(feature = "full")]
mod exception;
mod unused;

pub use self::unused::{UnusedReason, UnusedSuppression};
#[cfg(feature = "full")]
pub use self::{
    baseline::{Baseline, BaselineEntry},
    exception::{Exception, suppress},
};
