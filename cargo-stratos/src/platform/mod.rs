//! Servers beyond this machine: the platform that publishes plugins, with the upload of a bundle, the token for it, and
//! the refusals to remember; and airlines with HTTPS.
//!
//! The request is the one that published workflows send (observed). Error bodies, size limits and review rules of the
//! platform are not documented; what this module assumes about them is marked as assumed.

mod airline_https;
mod answer;
mod core_dump;
mod platform_url;
mod refused_versions;
mod retry;
mod token;
mod upload;
mod upload_error;

pub(crate) use self::airline_https::AirlineHttps;
pub(crate) use self::core_dump::disable_core_dumps;
pub(crate) use self::platform_url::{PlatformUrl, PlatformUrlError};
pub(crate) use self::refused_versions::{Refusal, RefusedVersions};
pub(crate) use self::token::{ApiToken, TOKEN_VARIABLE, TokenError};
pub(crate) use self::upload::{Accepted, Upload, UploadEvent, upload};
pub(crate) use self::upload_error::UploadError;
