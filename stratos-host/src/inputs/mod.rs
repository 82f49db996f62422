//! The files that a plugin is built from, and their contents as of its latest build.
//!
//! `cargo metadata` names the packages that lie on this disk, and after each build cargo's dep-info file lists every
//! input. Cargo itself compares modification times only, so a file that is put back with an older time looks
//! unchanged to it. The `BuildRecord` keeps the contents, and makes cargo build again what has another content.

mod build_inputs;
mod build_record;
mod canonical_path;
mod cargo_freshness;
mod fingerprint;
mod packages;
mod scan;
mod snapshot;

pub(crate) use self::build_inputs::{BuildInputs, package_of};
pub(crate) use self::build_record::{BuildRecord, ChangedInputs, RecordFile};
pub(crate) use self::canonical_path::canonicalize;
pub(crate) use self::cargo_freshness::is_locked;
pub(crate) use self::packages::{PathPackages, names_packages};
pub(crate) use self::scan::{ScanScope, WatchSet};
pub(crate) use self::snapshot::Snapshot;
