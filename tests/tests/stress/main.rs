//! Misbehaving plugins, floods, load and kills.

mod faults;
mod floods;
mod leftovers;
mod lifeline;
mod orphans;
mod reload_load;
mod soak;

/// Path of the sample plugin's program.
const SAMPLE: &str = env!("CARGO_BIN_EXE_sample-plugin");
/// Path of the hostile plugin's program.
const HOSTILE: &str = env!("CARGO_BIN_EXE_hostile-plugin");
