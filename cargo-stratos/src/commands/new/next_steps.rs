//! Message about a new plugin, with the next steps.

use std::fmt;
use std::path::Path;

use stratos_templates::{Options, SDK_VERSION, Sdk};

use crate::commands::new::author::PLACEHOLDER_ID;
use crate::commands::new::shell_quote::quote;
use crate::output::{BOLD, DIM, GREEN, escape};

/// Message after a plugin was created.
#[derive(Debug)]
pub(super) struct NextSteps<'a> {
    pub(super) options: &'a Options,
    /// Path as it was given on the command line.
    pub(super) path: &'a Path,
    /// Whether the path is the current folder.
    pub(super) is_current_dir: bool,
}

impl fmt::Display for NextSteps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            options,
            path,
            is_current_dir,
        } = self;
        let id = &options.id;
        let path = quote(&path.to_string_lossy());
        let path = escape(&path);
        writeln!(
            f,
            "{GREEN}created{GREEN:#} the plugin {BOLD}{id}{BOLD:#} in {path}"
        )?;
        if options.author.id == PLACEHOLDER_ID {
            writeln!(
                f,
                "\nIts author is a placeholder: change `author` in plugin.json."
            )?;
        }
        if options.sdk == Sdk::Published {
            writeln!(
                f,
                "\nIt uses stratos-sdk {SDK_VERSION} from crates.io. If that is not published yet, get its source and\n\
                 create the plugin with `--sdk-path DIR`, where DIR is the folder `stratos-sdk` in it."
            )?;
        }
        writeln!(f, "\nNext:")?;
        if !is_current_dir {
            writeln!(f, "  cd {path}")?;
        }
        writeln!(
            f,
            "  cargo stratos run    {DIM}# build it and run it in a mocked shell{DIM:#}"
        )?;
        write!(
            f,
            "  cargo stratos check  {DIM}# check plugin.json for mistakes{DIM:#}"
        )
    }
}
