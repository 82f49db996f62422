//! Signing of programs by the author's command.

use std::fs;
use std::path::Path;

use stratos_bundle::{Bundle, layout};

use crate::commands::pack::program_copies::ProgramCopies;
use crate::context::Context;
use crate::error::Error;
use crate::release::{run_command, shell_command};

/// Runs the command for a copy of each program, and takes the signed copies into the bundle. Returns whether there are
/// programs.
///
/// The command runs in the plugin's folder. `{}` in it stands for the path of the copy.
pub(super) fn sign_programs(
    cx: &Context,
    plugin_folder: &Path,
    command: &str,
    bundle: &mut Bundle,
) -> Result<bool, Error> {
    if !command.contains("{}") {
        return Err(Error::usage(
            format!("`sign = \"{command}\"` does not say what it signs"),
            "in the table `[pack]` of stratos.toml, write `{}` in the command for the path of the program",
        ));
    }
    // `current_dir` does not accept an empty path.
    let plugin_folder = match plugin_folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => plugin_folder,
    };
    let copies = ProgramCopies::create(plugin_folder)?;
    let mut has_programs = false;
    let programs = bundle.files.iter_mut();
    for (path, bytes) in programs.filter(|(path, _)| layout::is_program(path)) {
        has_programs = true;
        let copy = copies.write(path, bytes)?;
        let mut shell = shell_command(&command_line(command, &copy));
        shell.current_dir(plugin_folder);
        let action = format!("signing {path}");
        let signed = run_command(shell, &action, "start the command of `[pack] sign`")?;
        cx.output.compiler_lines(&signed.stderr);
        if !signed.status.success() {
            cx.output.compiler_lines(&signed.stdout);
            return Err(Error::BuildFailed(format!(
                "`{command}` failed for `{path}`: {}",
                signed.status
            )));
        }
        *bytes = fs::read(&copy).map_err(|source| Error::file("read", copy, source))?;
    }
    Ok(has_programs)
}

/// The command with the quoted path in the place of `{}`, which the author may have quoted as well.
fn command_line(command: &str, path: &Path) -> String {
    let path = path.display().to_string();
    let quoted = match cfg!(windows) {
        // No path has a `"` there.
        true => format!("\"{path}\""),
        false => format!("'{}'", path.replace('\'', r"'\''")),
    };
    let command = command.replace("\"{}\"", "{}").replace("'{}'", "{}");
    command.replace("{}", &quoted)
}
