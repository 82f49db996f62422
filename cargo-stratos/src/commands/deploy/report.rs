//! Output of `cargo stratos deploy`: the report on one bundle, as text and as JSON.

use serde::Serialize;

use crate::bundle_file::BundleFile;
use crate::context::Context;
use crate::error::Error;
use crate::output::{GREEN, escape};
use crate::platform::{Accepted, UploadError};

/// A bundle and what became of it. With `--json`, the output.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// Version of the format.
    pub(super) format: u32,
    pub(super) outcome: DeployOutcome,
    pub(super) url: String,
    pub(super) id: String,
    pub(super) version: String,
    pub(super) file: String,
    pub(super) size: usize,
    pub(super) sha256: String,
    /// Status code of the platform's answer.
    pub(super) status: Option<u16>,
    /// Text of the platform's answer.
    pub(super) message: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum DeployOutcome {
    /// Nothing was sent, as asked.
    DryRun,
    /// The platform has the version.
    Accepted,
    /// The platform refused the version or the token.
    Refused,
    /// The platform has certainly not taken the version, and has not judged it.
    NotTaken,
    /// The platform may have taken the version.
    Unknown,
}

impl Report {
    /// The report on a bundle that was not sent.
    pub(super) fn new(file: &BundleFile, url: &str) -> Self {
        Self {
            format: 1,
            outcome: DeployOutcome::DryRun,
            url: url.to_owned(),
            id: file.manifest.id.clone(),
            version: file.manifest.version.to_string(),
            file: file.path.display().to_string(),
            size: file.bytes.len(),
            sha256: file.sha256.clone(),
            status: None,
            message: None,
        }
    }

    /// Id and version.
    pub(super) fn plugin(&self) -> String {
        format!("{} {}", self.id, self.version)
    }

    /// Adds the result of the upload.
    pub(super) fn finish(&mut self, result: &Result<Accepted, UploadError>) {
        let (outcome, status, words) = match result {
            Ok(accepted) => (
                DeployOutcome::Accepted,
                Some(accepted.status),
                accepted.words.as_ref(),
            ),
            Err(error) if error.is_refusal() => {
                (DeployOutcome::Refused, error.status(), error.words())
            }
            Err(error) if error.is_unclear() => {
                (DeployOutcome::Unknown, error.status(), error.words())
            }
            Err(error) => (DeployOutcome::NotTaken, error.status(), error.words()),
        };
        self.outcome = outcome;
        self.status = status;
        self.message = words.map(ToString::to_string);
    }

    /// Prints the request of `--dry-run`, with the names of its headers.
    pub(super) fn print_request(&self, cx: &Context, has_token: bool) -> Result<(), Error> {
        let Self {
            url,
            file,
            size,
            sha256,
            ..
        } = self;
        let (plugin, file) = (self.plugin(), escape(file));
        let token = if has_token { "***" } else { "(no token)" };
        cx.output.line(format_args!(
            "POST {url}\n\
             Authorization: Bearer {token}\n\
             Accept: application/json\n\
             Content-Type: multipart/form-data, field `file`, file name `bundle.zip`\n\n\
             {plugin} from {file}\n\
             {size} bytes, SHA-256 {sha256}\n\n\
             nothing was sent"
        ))
    }

    /// Prints that the platform accepted the version.
    pub(super) fn print_accepted(&self, cx: &Context, is_whole: bool) -> Result<(), Error> {
        let status = self.status.unwrap_or_default();
        let plugin = self.plugin();
        cx.output.line(format_args!(
            "{GREEN}accepted{GREEN:#}: {plugin} (status {status})"
        ))?;
        if let Some(message) = &self.message {
            cx.output
                .line(format_args!("  the platform says: {}", escape(message)))?;
        }
        if !is_whole {
            cx.output
                .note("the platform's answer broke off, but its status came, and that is enough");
        }
        Ok(())
    }
}
