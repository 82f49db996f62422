//! The linter run of `cargo stratos check`.

mod bundle_check;
mod catch_panic;
mod check_run;
mod check_unit;
mod diff;
mod errors;
mod exception_usage;
mod level_args;
mod release_tags;
mod settings;
mod similar_ids;
mod unit;
mod write_fix;

pub(crate) use self::bundle_check::{BundleCheck, is_zip};
pub(crate) use self::check_run::check_units;
pub(crate) use self::check_unit::FixMode;
pub(crate) use self::level_args::LevelArgs;
pub(crate) use self::settings::SettingsCache;
pub(crate) use self::unit::Unit;
