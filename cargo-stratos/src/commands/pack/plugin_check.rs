//! The check of the plugin's folder before it is packed, as by `cargo stratos check`.

use std::cell::RefCell;
use std::rc::Rc;

use stratos_bundle::Problem;
use stratos_host::config::Project;
use stratos_manifest::position;

use crate::commands::check;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::report::{CheckedFile, Human, Reporter, Summary};

/// Checks the plugin. Returns whether there are no errors.
///
/// The report is printed, or with `collect` added to `problems`.
pub(super) fn check_plugin(
    cx: &Context,
    project: &Project,
    collect: bool,
    problems: &mut Vec<Problem>,
) -> Result<bool, Error> {
    let collected = Rc::new(RefCell::new(Vec::new()));
    let reporter: Box<dyn Reporter> = match collect {
        true => Box::new(Collector(Rc::clone(&collected))),
        false => Box::new(Human(&cx.output)),
    };
    let outcome = check::check_folder(cx, &project.folder, reporter)?;
    problems.append(&mut collected.borrow_mut());
    Ok(outcome == Outcome::Success)
}

/// Keeps the findings as problems, whose names are those of the rules.
struct Collector(Rc<RefCell<Vec<Problem>>>);

impl Reporter for Collector {
    fn manifest(&mut self, file: &CheckedFile<'_>) -> Result<(), Error> {
        let text = String::from_utf8_lossy(file.source);
        let problems = file.report.diagnostics.iter().map(|found| Problem {
            name: found.rule,
            level: found.level,
            path: Some(file.path.to_owned()),
            message: format!("{}: {}", position(&text, found.span.start), found.message),
            help: found.help.clone(),
        });
        self.0.borrow_mut().extend(problems);
        Ok(())
    }

    fn finish(&mut self, _summary: &Summary) -> Result<(), Error> {
        Ok(())
    }
}
