//! The config store: ownership, export, damaged files, full disks, killed writers and power cuts.

mod corruption;
mod disk_errors;
mod export;
mod killed_writer;
mod ownership;
mod power_cut;

/// Path of the sample plugin's program.
const SAMPLE: &str = env!("CARGO_BIN_EXE_sample-plugin");
