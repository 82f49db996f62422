//! The question to the plugin's program for this computer, which version it is.

use stratos_bundle::{Bundle, Platform, Problem, layout};
use stratos_host::config::Project;
use stratos_host::process::LaunchOptions;
use stratos_host::{ProbeError, probe_version};
use stratos_protocol::error::chain;

use crate::block_on::block_on;
use crate::commands::pack::program_copies::ProgramCopies;
use crate::context::Context;
use crate::error::Error;
use crate::platform::TOKEN_VARIABLE;
use crate::stop_signals::StopSignals;

/// The problem of a program that does not start, or that has another version than the manifest.
///
/// Programs for other platforms than this computer's cannot be asked.
pub(super) fn version_problem(
    cx: &Context,
    project: &Project,
    bundle: &Bundle,
) -> Result<Option<Problem>, Error> {
    let manifest = &project.manifest;
    let Some(platform) = Platform::host() else {
        return Ok(None);
    };
    let path = layout::program(platform, &manifest.id);
    let Some(bytes) = bundle.files.get(&path) else {
        return Ok(None);
    };
    let copies = ProgramCopies::create(&project.folder)?;
    let program = copies.write(&path, bytes)?;
    let folder = copies.folder();
    let mut options = LaunchOptions::new(folder.join("state"));
    options.runtime_dir = cx.runtime_dir();
    options.withheld_env = vec![TOKEN_VARIABLE.to_owned()];
    let probe = block_on(async {
        let mut signals = StopSignals::listen()?;
        let probe = tokio::select! {
            probe = probe_version(&program, &manifest.id, &folder, options) => probe,
            () = signals.recv() => return Err(Error::Interrupted),
        };
        match probe {
            Err(ProbeError::Prepare(source)) => {
                Err(Error::system("prepare the start of the program")(source))
            }
            probe => Ok(probe),
        }
    })?;
    let expected = manifest.version.to_string();
    Ok(match probe {
        Ok(version) if version == expected => None,
        Ok(version) => {
            let message = format!(
                "`{path}` is version {version} of the plugin, and plugin.json says {expected}"
            );
            let problem = Problem::error("version-mismatch", &path, message);
            Some(
                problem.help(
                    "build it again: the version of plugin.json is compiled into the program",
                ),
            )
        }
        Err(error) => {
            let message = format!(
                "`{path}` cannot be asked for its version: {}",
                chain(&error)
            );
            let problem = Problem::error("program-does-not-start", &path, message);
            Some(
                problem
                    .help("`cargo stratos run` shows the plugin's output; build the program again"),
            )
        }
    })
}
