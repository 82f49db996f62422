//! Plugins and UIs that send too much or do not read: memory is bounded, and other plugins are not affected.
//!
//! `STRATOS_FLOOD=16 cargo test -p stratos-tests --test stress floods` floods sixteen times as much: 1 GiB of output,
//! a line of 256 MiB, and 160,000 pushes.

mod dropped_lines;
mod in_memory;
mod process_memory;
