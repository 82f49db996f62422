//! Arguments of commands about a running shell.

use std::path::{Path, PathBuf};

use stratos_host::remote::{Client, ClientError, HostFile, Operation};
use tracing::debug;

use crate::block_on::block_on;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::escape;
use crate::state_search::{find_config_values, find_running_shell};

/// A running shell.
#[derive(Debug, clap::Args)]
pub(super) struct ShellArgs {
    /// State folder of the running shell [default: the nearest .stratos here or above, or the only one below]
    #[arg(long, value_name = "DIR", global = true)]
    state: Option<PathBuf>,
}

impl ShellArgs {
    /// Calls an operation of the shell.
    pub(super) fn call<O: Operation>(
        self,
        cx: &Context,
        operation: &O,
    ) -> Result<O::Answer, Error> {
        self.with_client(cx, async |client| client.call(operation).await)
    }

    /// Runs `talk` with a client of the shell.
    pub(super) fn with_client<T>(
        self,
        cx: &Context,
        talk: impl AsyncFnOnce(&Client) -> Result<T, ClientError>,
    ) -> Result<T, Error> {
        let find = || find_running_shell(&cx.current_dir());
        let client = connect(&self.state.map_or_else(find, Ok)?)?;
        block_on(async { Ok(talk(&client).await?) })
    }

    /// State folder of the shell, or of config values where no shell runs.
    pub(super) fn config_state_dir(self, cx: &Context) -> Result<PathBuf, Error> {
        let find = || find_config_values(&cx.current_dir());
        self.state.map_or_else(find, Ok)
    }
}

/// A client of the shell that runs with this state folder.
pub(super) fn connect(state_dir: &Path) -> Result<Client, Error> {
    let host = HostFile::read(state_dir).map_err(Error::NoRunningShell)?;
    debug!(
        ?state_dir,
        pid = host.pid,
        port = host.port,
        "found running shell"
    );
    Ok(Client::new(host))
}

/// Warning of an operation that has succeeded.
pub(crate) struct Warning(Option<String>);

impl From<()> for Warning {
    fn from((): ()) -> Self {
        Self(None)
    }
}

impl From<Option<String>> for Warning {
    fn from(warning: Option<String>) -> Self {
        Self(warning)
    }
}

/// A plugin of a running shell.
#[derive(Debug, clap::Args)]
pub(crate) struct PluginArgs {
    /// Id of the plugin
    plugin: String,
    #[command(flatten)]
    shell: ShellArgs,
}

impl PluginArgs {
    /// Calls an operation of the shell on the plugin, and prints the plugin's id with `done` after it, and a warning if
    /// the answer has one.
    pub(crate) fn call<O: Operation<Answer: Into<Warning>>>(
        self,
        cx: &Context,
        operation: impl FnOnce(String) -> O,
        done: &str,
    ) -> Result<Outcome, Error> {
        let Self { plugin, shell } = self;
        let Warning(warning) = shell.call(cx, &operation(plugin.clone()))?.into();
        let warning = warning.map_or_else(String::new, |text| format!(", but {}", escape(&text)));
        let plugin = escape(&plugin);
        cx.output.note(format_args!("{plugin} {done}{warning}"));
        Ok(Outcome::Success)
    }
}
