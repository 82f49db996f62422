//! Arguments and steps of `cargo stratos deploy`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use stratos_bundle::layout::ZIP_NAME;
use stratos_host::config::{Project, StratosToml};
use stratos_manifest::Manifest;

use crate::block_on::block_on;
use crate::bundle_file::BundleFile;
use crate::commands::deploy::record::Record;
use crate::commands::deploy::report::{DeployOutcome, Report};
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::manifests::enclosing_plugin;
use crate::output::{UploadProgress, YELLOW, escape};
use crate::platform::{PlatformUrl, Refusal, Upload, UploadEvent, disable_core_dumps, upload};

/// Upload a finished bundle to the platform, as a new version of the plugin
///
/// The token is read from the environment variable SKYVEX_API_TOKEN. It is sent over HTTPS only, or to this machine, and
/// never to an address that the platform redirects to. A proxy in HTTPS_PROXY is used, except for this machine: it
/// forwards the encrypted connection and does not see the token.
///
/// A failure to connect is repeated, and an answer that says when to come back (429 or 503 with Retry-After). Nothing else
/// is, since it is not known whether the platform takes a version twice.
///
/// Exit codes: 0 the platform accepted the version, 1 it refused it, now or before, 2 the command line, the token or the
/// zip is wrong, 3 the platform was not reached, failed, or did not answer.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The zip [default: bundle.zip in the plugin's folder]
    file: Option<PathBuf>,
    /// Base URL of the platform [default: `platform` of `[deploy]` in stratos.toml, otherwise the public one]
    #[arg(long, value_name = "URL")]
    platform: Option<String>,
    /// Check everything, print the request, and send nothing; needs no token
    #[arg(long)]
    dry_run: bool,
    /// Upload although the platform refused this version before
    #[arg(long)]
    again: bool,
    /// Give up after this time without any progress
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    disable_core_dumps();
    let project = plugin_folder();
    let platform = platform_url(args.platform, project.as_deref())?;
    let bundle = match args.file {
        Some(file) => BundleFile::read(file)?,
        None => own_bundle(project.as_deref())?,
    };
    let url = platform.upload_url(&bundle.manifest.id);
    let mut report = Report::new(&bundle, url.as_str());
    let mut record = Record::open(cx, project.as_deref());
    let mut refusal = Refusal {
        platform: platform.to_string(),
        id: report.id.clone(),
        version: report.version.clone(),
        sha256: report.sha256.clone(),
        status: 0,
        date: httpdate::fmt_http_date(SystemTime::now()),
        words: String::new(),
    };
    if !args.again
        && let Err(error) = record.check(&refusal)
    {
        report.outcome = DeployOutcome::Refused;
        report.message = Some(error.to_string());
        if args.json {
            cx.output.json(&report)?;
        }
        return Err(error);
    }
    let token = cx.api_token();
    if args.dry_run {
        if let Err(error) = &token {
            cx.output
                .note(format_args!("{YELLOW}warning{YELLOW:#}: {error}"));
        }
        match args.json {
            true => cx.output.json(&report)?,
            false => report.print_request(cx, token.is_ok())?,
        }
        return Ok(Outcome::Success);
    }

    let token = token.map_err(Error::Token)?;
    let size = bundle.bytes.len();
    cx.output.note(format_args!(
        "uploading {} to {url} ({size} bytes, SHA-256 {})",
        report.plugin(),
        report.sha256
    ));
    let progress = UploadProgress::start(&cx.output, size as u64);
    let on_event = {
        let progress = progress.clone();
        Arc::new(move |event: UploadEvent<'_>| print_event(&progress, &event))
    };
    let request = Upload {
        url,
        token,
        bytes: bundle.bytes.into(),
        timeout: Duration::from_secs(args.timeout),
        on_event,
    };
    let result = block_on(async { Ok(upload(&request).await) })?;
    progress.finish();

    report.finish(&result);
    if args.json {
        cx.output.json(&report)?;
    }
    match result {
        Ok(accepted) => {
            record.remove(cx, &refusal);
            if !args.json {
                report.print_accepted(cx, accepted.is_whole)?;
            }
            Ok(Outcome::Success)
        }
        Err(source) => {
            if source.is_refusal() {
                refusal.status = report.status.unwrap_or_default();
                refusal.words = report.message.clone().unwrap_or_default();
                record.add(cx, refusal);
            }
            let plugin = report.plugin();
            Err(Error::Upload { plugin, source })
        }
    }
}

/// The zip that was packed last. It has to be the plugin's: after a failed `pack`, an earlier one lies there.
fn own_bundle(project: Option<&Path>) -> Result<BundleFile, Error> {
    let folder = project.unwrap_or(Path::new(""));
    let bundle = BundleFile::read(folder.join(ZIP_NAME))?;
    if project.is_none() {
        return Ok(bundle);
    }
    let plugin = Project::read(folder)?.manifest;
    let [packed, plugin] =
        [&bundle.manifest, &plugin].map(|manifest| format!("{} {}", manifest.id, manifest.version));
    match packed == plugin {
        true => Ok(bundle),
        false => Err(Error::usage(
            format!("{ZIP_NAME} is {packed}, and plugin.json says {plugin}"),
            format!(
                "run `cargo stratos pack` first, or name the file: `cargo stratos deploy {ZIP_NAME}`"
            ),
        )),
    }
}

/// The folder of the plugin in the current folder, or around it.
fn plugin_folder() -> Option<PathBuf> {
    match Path::new(Manifest::FILE_NAME).is_file() {
        true => Some(PathBuf::new()),
        false => enclosing_plugin(Path::new(".")),
    }
}

fn platform_url(given: Option<String>, project: Option<&Path>) -> Result<PlatformUrl, Error> {
    let settings = project.map(StratosToml::load).transpose();
    let settings = settings.map_err(Error::Settings)?.unwrap_or_default();
    let url = given.or(settings.deploy.platform);
    url.as_deref()
        .unwrap_or(PlatformUrl::DEFAULT)
        .parse()
        .map_err(Error::PlatformUrl)
}

fn print_event(progress: &UploadProgress, event: &UploadEvent<'_>) {
    match event {
        UploadEvent::Sent(bytes) => progress.set(*bytes),
        UploadEvent::Retry {
            error,
            pause,
            attempt,
            last,
        } => progress.note(format_args!(
            "{}; attempt {attempt} of {last} in {:.1} seconds",
            escape(&error.to_string()),
            pause.as_secs_f32()
        )),
    }
}
