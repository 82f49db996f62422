//! Report as SARIF 2.1.0, for code scanning services.

mod bundles;
mod findings;
mod reporter;
mod rules;

pub(crate) use self::reporter::Sarif;
