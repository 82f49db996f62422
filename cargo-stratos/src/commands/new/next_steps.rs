//! Message about a new plugin, with the next steps.

use std::fmt;
use std::path::Path;

use stratos_templates::{Options, SDK_VERSION, Sdk};

use crate::commands::new::author::{AuthorOrigin, PLACEHOLDER_ID};
use crate::commands::new::sdk::SdkOrigin;
use crate::commands::new::shell_quote::quote;
use crate::output::{BOLD, DIM, GREEN, escape};

/// Message after a plugin was created.
#[derive(Debug)]
pub(super) struct NextSteps<'a> {
    pub(super) options: &'a Options,
    /// Path as it was given on the command line.
    pub(super) path: &'a Path,
    pub(super) sdk_origin: SdkOrigin,
    pub(super) author_origin: AuthorOrigin,
    /// Folder of the cargo workspace that the plugin is a member of.
    pub(super) workspace: Option<&'a Path>,
    /// Whether the path is the current folder.
    pub(super) is_current_dir: bool,
}

impl fmt::Display for NextSteps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            options,
            path,
            sdk_origin,
            author_origin,
            workspace,
            is_current_dir,
        } = self;
        let id = &options.id;
        let path = quote(&path.to_string_lossy());
        let path = escape(&path);
        writeln!(
            f,
            "{GREEN}created{GREEN:#} the plugin {BOLD}{id}{BOLD:#} in {path}"
        )?;
        match (author_origin, options.author.id == PLACEHOLDER_ID) {
            (AuthorOrigin::Placeholder, true) => writeln!(
                f,
                "\nIts author is a placeholder: change `author` in plugin.json."
            )?,
            (AuthorOrigin::Placeholder, false) => writeln!(
                f,
                "\nIts author's name is a placeholder: change `author.name` in plugin.json."
            )?,
            (AuthorOrigin::Given | AuthorOrigin::Git, true) => writeln!(
                f,
                "\nIts author's id is a placeholder: change `author.id` in plugin.json."
            )?,
            (AuthorOrigin::Git, false) => writeln!(
                f,
                "\nIts author is {} (`{}`), from git's user.name: change `author` in plugin.json if it is another one.",
                escape(&options.author.name),
                options.author.id
            )?,
            (AuthorOrigin::Given, false) => {}
        }
        match (&options.sdk, sdk_origin) {
            (Sdk::Published, SdkOrigin::Given) => writeln!(
                f,
                "\nIt uses stratos-sdk {SDK_VERSION} from crates.io, and builds only once that version is published there."
            )?,
            // This program was published together with the SDK.
            (Sdk::Published, _) => {
                writeln!(f, "\nIt uses stratos-sdk {SDK_VERSION} from crates.io.")?
            }
            (Sdk::Folder(_), SdkOrigin::Given) => {}
            (Sdk::Folder(folder), SdkOrigin::Program) => writeln!(
                f,
                "\nIt uses the SDK in {}, which this program was built with.",
                escape(folder)
            )?,
            (Sdk::Folder(folder), SdkOrigin::CargoCache) => writeln!(
                f,
                "\nIt uses the SDK in {}, a folder that cargo may clean up.\n\
                 For more than a trial, get the SDK's source and name its folder in Cargo.toml.",
                escape(folder)
            )?,
        }
        if let Some(folder) = workspace {
            writeln!(
                f,
                "\nIt is a member of the workspace in {}.",
                escape(&folder.to_string_lossy())
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
