//! `cargo stratos deploy`, against servers that play the platform.

mod answers;
mod mock_platform;
mod project;
mod refused_before;
mod tls;
mod usage;
