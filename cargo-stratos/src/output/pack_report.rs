//! The report of `cargo stratos pack`.

use std::path::PathBuf;

use serde::Serialize;
use stratos_bundle::{Platform, Problem};
use stratos_manifest::{Level, Manifest};

use crate::error::Error;
use crate::output::bundle_problem::{JsonProblem, format_problem};
use crate::output::{BOLD, DIM, Output, escape, format_size};

/// Most files that are shown in full without `--list`.
const MAX_SHOWN: usize = 40;

/// Result of `cargo stratos pack`: the files of the bundle, its problems, and the zip if one was made.
#[derive(Debug)]
pub(crate) struct PackReport {
    id: String,
    version: String,
    /// Whether a list was asked for, and no zip.
    is_list: bool,
    /// Whether the author's command has signed the programs.
    pub(crate) is_signed: bool,
    /// Platforms with a program, those with the most pilots first.
    pub(crate) platforms: Vec<Platform>,
    /// Sorted by path.
    pub(crate) files: Vec<PackedFile>,
    /// Paths that `.stratosignore` leaves out.
    pub(crate) left_out: Vec<String>,
    pub(crate) problems: Vec<Problem>,
    /// Size of the zip; `None` if there are errors.
    pub(crate) size: Option<u64>,
    /// SHA-256 of the zip.
    pub(crate) sha256: Option<String>,
    /// The zip, if it was written.
    pub(crate) file: Option<PathBuf>,
}

/// A file in the zip.
#[derive(Debug, Serialize)]
pub(crate) struct PackedFile {
    pub(crate) path: String,
    /// Bytes of the file.
    pub(crate) size: u64,
    /// Bytes in the zip; `None` if there are errors.
    pub(crate) packed: Option<u64>,
}

/// The report as JSON.
#[derive(Debug, Serialize)]
struct JsonReport<'a> {
    id: &'a str,
    version: &'a str,
    file: Option<String>,
    size: Option<u64>,
    sha256: Option<&'a str>,
    platforms: &'a [Platform],
    signed: bool,
    files: &'a [PackedFile],
    left_out: &'a [String],
    problems: Vec<JsonProblem<'a>>,
}

impl PackReport {
    pub(crate) fn new(manifest: &Manifest, is_list: bool) -> Self {
        Self {
            id: manifest.id.clone(),
            version: manifest.version.to_string(),
            is_list,
            is_signed: false,
            platforms: Vec::new(),
            files: Vec::new(),
            left_out: Vec::new(),
            problems: Vec::new(),
            size: None,
            sha256: None,
            file: None,
        }
    }

    pub(crate) fn has_errors(&self) -> bool {
        let mut levels = self.problems.iter().map(|problem| problem.level);
        levels.any(|level| level == Level::Error)
    }

    fn as_json(&self) -> JsonReport<'_> {
        JsonReport {
            id: &self.id,
            version: &self.version,
            file: self.file.as_ref().map(|file| file.display().to_string()),
            size: self.size,
            sha256: self.sha256.as_deref(),
            platforms: &self.platforms,
            signed: self.is_signed,
            files: &self.files,
            left_out: &self.left_out,
            problems: self.problems.iter().map(JsonProblem::from).collect(),
        }
    }

    /// The files with their sizes, and what is left out.
    fn file_rows(&self) -> Vec<String> {
        let shown = match self.is_list {
            true => self.files.len(),
            false => MAX_SHOWN,
        };
        let mut rows = Vec::new();
        for file in self.files.iter().take(shown) {
            let size = format_size(file.size);
            let packed = file.packed.map(format_size).unwrap_or_default();
            let path = escape(&file.path);
            rows.push(format!("{size:>10} {DIM}{packed:>10}{DIM:#}  {path}"));
        }
        let hidden = self.files.len().saturating_sub(shown);
        if hidden > 0 {
            rows.push(format!(
                "{hidden} more files: see `cargo stratos pack --list`"
            ));
        }
        if self.is_list {
            let left_out = self.left_out.iter();
            rows.extend(left_out.map(|path| {
                let path = escape(path);
                format!("{DIM}{:>21}  {path}{DIM:#}", "left out")
            }));
        }
        rows
    }

    /// The zip, its hash, and the next steps. Empty if there is no zip because of errors.
    fn summary_rows(&self) -> Vec<String> {
        let (Some(size), Some(sha256)) = (self.size, &self.sha256) else {
            return Vec::new();
        };
        let Self { id, version, .. } = self;
        let platforms: Vec<_> = self.platforms.iter().map(Platform::to_string).collect();
        let platforms = match platforms.is_empty() {
            true => String::new(),
            false => format!(" for {}", platforms.join(", ")),
        };
        let zip = match &self.file {
            Some(file) => format!("{},", escape(&file.to_string_lossy())),
            None => "the zip would have".to_owned(),
        };
        let mut rows = vec![
            format!(
                "{BOLD}{id} {version}{BOLD:#}{platforms}: {zip} {}",
                format_size(size)
            ),
            format!("SHA-256 {sha256}"),
        ];
        if self.is_signed {
            rows.push("The programs were signed: signatures, and so the SHA-256, differ from build to build".to_owned());
        }
        if self.file.is_some() {
            rows.push("Next: `cargo stratos install` puts it into the app on this computer, `cargo stratos deploy` uploads it".to_owned());
        }
        rows
    }
}

impl Output {
    /// Prints the report to stdout, and its problems to stderr; or all of it to stdout as JSON.
    pub(crate) fn pack_report(&self, report: &PackReport, as_json: bool) -> Result<(), Error> {
        if as_json {
            return self.json(&report.as_json());
        }
        for problem in &report.problems {
            self.note(format_problem(problem));
        }
        if report.has_errors() && !report.is_list {
            return Ok(());
        }
        let rows = [report.file_rows(), report.summary_rows()].concat();
        match rows.is_empty() {
            true => Ok(()),
            false => self.line(rows.join("\n")),
        }
    }
}
