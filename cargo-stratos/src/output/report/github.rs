//! Report as annotations of GitHub Actions: one workflow command per finding.

use std::cmp::Reverse;
use std::fmt::Write as _;

use stratos_bundle::Problem;
use stratos_manifest::Diagnostic;

use crate::error::Error;
use crate::output::report::position_range::PositionRange;
use crate::output::report::{
    BundleFinding, CheckedBundle, CheckedFile, MAX_SHOWN, Reporter, Summary, repository_path,
};
use crate::output::{Output, escape, escape_line};

/// Prints the findings as workflow commands, and a summary.
pub(crate) struct Github<'a>(pub(crate) &'a Output);

impl Reporter for Github<'_> {
    fn manifest(&mut self, file: &CheckedFile<'_>) -> Result<(), Error> {
        let report = file.report;
        let path = repository_path(file.absolute);
        let path = path.as_str();
        let text = String::from_utf8_lossy(file.source);
        let mut findings: Vec<_> = report.diagnostics.iter().collect();
        findings.sort_by_key(|found| Reverse(found.level));
        for found in findings.iter().take(MAX_SHOWN) {
            let command = command(path, PositionRange::new(&text, &found.span), found);
            self.0.line(command)?;
        }
        // GitHub shows a limited number of annotations, but all of the log.
        for found in findings.iter().skip(MAX_SHOWN) {
            let line = log_line(path, PositionRange::new(&text, &found.span), found);
            self.0.line(line)?;
        }
        match report.omitted {
            0 => Ok(()),
            omitted => self.0.line(format_args!(
                "{omitted} more findings in {} are not shown",
                escape(path)
            )),
        }
    }

    fn bundle(&mut self, bundle: &CheckedBundle<'_>) -> Result<(), Error> {
        let path = repository_path(bundle.absolute);
        let path = path.as_str();
        let mut findings: Vec<_> = bundle.findings.iter().collect();
        findings.sort_by_key(|found| Reverse(found.problem.level));
        for found in findings.iter().take(MAX_SHOWN) {
            self.0.line(bundle_command(path, found))?;
        }
        for BundleFinding { problem, .. } in findings.iter().skip(MAX_SHOWN) {
            let Problem { name, level, .. } = problem;
            let line = format!("{path}: {level}[{name}]: {}", bundle_message(problem));
            self.0.line(escape_line(&line))?;
        }
        match bundle.omitted {
            0 => Ok(()),
            omitted => self.0.line(format_args!(
                "{omitted} more findings in {} are not shown",
                escape(path)
            )),
        }
    }

    fn finish(&mut self, summary: &Summary) -> Result<(), Error> {
        self.0.line(summary)
    }
}

fn bundle_command(path: &str, found: &BundleFinding) -> String {
    let problem = &found.problem;
    let mut command = format!(
        "::{} file={},title={}::{}",
        problem.level,
        property(path),
        property(problem.name),
        data(&bundle_message(problem))
    );
    push_details(&mut command, [("help", &problem.help)]);
    command
}

/// The message with the file in the bundle, since an annotation is about the whole zip.
fn bundle_message(problem: &Problem) -> String {
    match &problem.path {
        Some(path) => format!("{path}: {}", problem.message),
        None => problem.message.clone(),
    }
}

fn command(path: &str, range: PositionRange, found: &Diagnostic) -> String {
    let PositionRange { start, end } = range;
    let mut command = format!(
        "::{} file={},line={},endLine={}",
        found.level,
        property(path),
        start.line,
        end.line
    );
    // GitHub accepts columns only for a single line.
    if start.line == end.line {
        let (column, end_column) = (start.column, end.column);
        let _ = write!(command, ",col={column},endColumn={end_column}");
    }
    let _ = write!(command, ",title={}::", property(found.rule));
    command.push_str(&data(&found.message));
    push_details(&mut command, [("note", &found.note), ("help", &found.help)]);
    command
}

fn push_details<const N: usize>(command: &mut String, details: [(&str, &Option<String>); N]) {
    for (label, text) in details {
        if let Some(text) = text {
            let _ = write!(command, "%0A{label}: {}", data(text));
        }
    }
}

fn log_line(path: &str, range: PositionRange, found: &Diagnostic) -> String {
    let Diagnostic {
        rule,
        level,
        message,
        ..
    } = found;
    escape_line(&format!(
        "{path}:{}: {level}[{rule}]: {message}",
        range.start
    ))
}

/// Encodes the message of a workflow command, after its second `::`.
fn data(text: &str) -> String {
    let text = escape(text).replace('%', "%25");
    text.replace('\r', "%0D").replace('\n', "%0A")
}

/// Encodes a property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use stratos_manifest::Level;

    use super::*;

    #[test]
    fn a_finding_of_several_lines_has_no_columns() {
        let found = Diagnostic {
            rule: "malformed-id",
            level: Level::Error,
            message: "x".to_owned(),
            span: 0..3,
            note: None,
            help: None,
            related: Vec::new(),
            at: String::new(),
            fix: None,
        };
        let command = command(
            "plugin.json",
            PositionRange::new("a\nb", &found.span),
            &found,
        );
        assert!(!command.contains("col="), "{command}");
        assert!(command.contains("line=1,endLine=2,title="), "{command}");
    }
}
