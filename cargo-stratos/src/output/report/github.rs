//! Findings as annotations of GitHub: commands to its runner, a line each.

use std::cmp::Reverse;
use std::fmt::Write as _;

use stratos_manifest::{Diagnostic, Level};

use crate::error::Error;
use crate::output::report::places::{Place, Places};
use crate::output::report::repository::Repository;
use crate::output::report::{Checked, MAX_SHOWN, Reporter, Summary};
use crate::output::{Output, escape, escape_line};

/// Prints findings as commands, and a summary.
pub(crate) struct Github<'a> {
    output: &'a Output,
    repository: Repository,
}

impl<'a> Github<'a> {
    pub(crate) fn new(output: &'a Output) -> Self {
        Self {
            output,
            repository: Repository::here(),
        }
    }
}

impl Reporter for Github<'_> {
    fn manifest(&mut self, checked: &Checked<'_>) -> Result<(), Error> {
        let report = checked.report;
        let path = self.repository.name(checked.path);
        let text = String::from_utf8_lossy(checked.source);
        let places = Places::new(&text);
        let mut findings: Vec<_> = report.diagnostics.iter().collect();
        findings.sort_by_key(|found| Reverse(found.level));
        for found in findings.iter().take(MAX_SHOWN) {
            let command = command(&path, places.of(&found.span), found);
            self.output.line(command)?;
        }
        // GitHub shows few annotations, and keeps the log.
        for found in findings.iter().skip(MAX_SHOWN) {
            let line = log_line(&path, places.of(&found.span), found);
            self.output.line(line)?;
        }
        match report.omitted {
            0 => Ok(()),
            hidden => self.output.line(format_args!(
                "{hidden} more findings in {} are not shown",
                escape(&path)
            )),
        }
    }

    fn finish(&mut self, summary: &Summary) -> Result<(), Error> {
        self.output.line(summary)
    }
}

fn command(path: &str, place: Place, found: &Diagnostic) -> String {
    let name = match found.level {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    let Place { start, end } = place;
    let mut command = format!(
        "::{name} file={},line={},endLine={}",
        property(path),
        start.line,
        end.line
    );
    // The runner refuses columns for more than one line.
    if start.line == end.line {
        let (column, end_column) = (start.column, end.column);
        let _ = write!(command, ",col={column},endColumn={end_column}");
    }
    let _ = write!(command, ",title={}::", property(found.rule));
    command.push_str(&data(&found.message));
    for (what, text) in [("note", &found.note), ("help", &found.help)] {
        if let Some(text) = text {
            let _ = write!(command, "%0A{what}: {}", data(text));
        }
    }
    command
}

fn log_line(path: &str, place: Place, found: &Diagnostic) -> String {
    let Diagnostic {
        rule,
        level,
        message,
        ..
    } = found;
    escape_line(&format!(
        "{path}:{}: {level}[{rule}]: {message}",
        place.start
    ))
}

/// What comes after the second `::`; the runner turns it back.
fn data(text: &str) -> String {
    let text = escape(text).replace('%', "%25");
    text.replace('\r', "%0D").replace('\n', "%0A")
}

/// A value before the second `::`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use stratos_manifest::Position;

    use super::*;

    const fn place(start: (usize, usize), end: (usize, usize)) -> Place {
        const fn position((line, column): (usize, usize)) -> Position {
            Position { line, column }
        }
        Place {
            start: position(start),
            end: position(end),
        }
    }

    fn found(message: &str) -> Diagnostic {
        Diagnostic {
            rule: "malformed-id",
            level: Level::Error,
            message: message.to_owned(),
            span: 0..0,
            note: Some("100%".to_owned()),
            help: None,
            related: Vec::new(),
            at: String::new(),
            fix: None,
        }
    }

    #[test]
    fn what_could_end_a_property_or_the_line_is_escaped() {
        assert_eq!(
            command(
                "a,b:c%/plugin.json",
                place((2, 3), (2, 9)),
                &found("x::y\n::z")
            ),
            "::error file=a%2Cb%3Ac%25/plugin.json,line=2,endLine=2,col=3,endColumn=9,\
             title=malformed-id::x::y\\n::z%0Anote: 100%25"
        );
    }

    #[test]
    fn what_is_no_annotation_is_no_command() {
        assert_eq!(
            log_line(
                "::error::/plugin.json",
                place((2, 3), (2, 9)),
                &found("x\n::y")
            ),
            ":\\u{3a}error::/plugin.json:2:3: error[malformed-id]: x\\n::y"
        );
    }

    #[test]
    fn more_than_one_line_has_no_columns() {
        let command = command("plugin.json", place((2, 3), (4, 1)), &found("x"));
        assert!(!command.contains("col="), "{command}");
        assert!(command.contains("line=2,endLine=4,title="), "{command}");
    }
}
