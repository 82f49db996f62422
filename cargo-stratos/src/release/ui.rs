//! The built UI of a plugin.

use std::path::{Path, PathBuf};
use std::process::Command;

use stratos_bundle::layout::UI_FOLDER;
use stratos_host::config::UiTable;

use crate::context::Context;
use crate::error::Error;
use crate::release::run_command::run_command;

/// Help where there is no UI.
pub(crate) const UI_HELP: &str = "in stratos.toml, `[ui] folder` names the folder of the built UI, and `[ui] build` the \
                                  command that builds it";

/// The folder of the built UI, in a plugin's folder or beside.
pub(super) fn ui_folder(plugin: &Path, table: &UiTable) -> PathBuf {
    plugin.join(table.folder.as_deref().unwrap_or(Path::new(UI_FOLDER)))
}

/// Builds the UI if there is a command for that. Returns whether there is a UI.
pub(super) fn build_ui(cx: &Context, plugin: &Path, table: &UiTable) -> Result<bool, Error> {
    if let Some(build) = &table.build {
        let mut command = shell_command(build);
        command.current_dir(plugin);
        let output = run_command(
            command,
            "building the UI",
            "start the command of `[ui] build`",
        )?;
        cx.output.compiler_lines(&output.stderr);
        if !output.status.success() {
            cx.output.compiler_lines(&output.stdout);
            return Err(Error::BuildFailed(format!(
                "`{build}` failed: {}",
                output.status
            )));
        }
    }
    let folder = ui_folder(plugin, table);
    if folder.join("index.js").is_file() {
        return Ok(true);
    }
    if *table != UiTable::default() {
        let message = format!("the UI's folder {} has no index.js", folder.display());
        return Err(Error::usage(message, UI_HELP));
    }
    Ok(false)
}

/// A command line for the system's command interpreter.
pub(crate) fn shell_command(line: &str) -> Command {
    #[cfg(unix)]
    {
        let mut shell = Command::new("sh");
        shell.args(["-c", line]);
        shell
    }
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt as _;

        let mut shell = Command::new("cmd");
        // Not as an argument: `cmd` has its own rules for quotes. With `/S`, it takes the line between the outer ones.
        shell.args(["/S", "/C"]).raw_arg(format!("\"{line}\""));
        shell
    }
}
