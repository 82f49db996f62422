//! `cargo stratos pack`: what is packed, what is refused, and the bytes of the zip.

mod bytes;
mod dist;
mod merge;
mod program_headers;
mod programs;
mod refusals;
mod wiring;
