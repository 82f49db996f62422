//! Findings as SARIF 2.1.0, which code scanning services read.

mod catalogue;
mod format;
mod reporter;
mod result;

pub(crate) use self::reporter::Sarif;
