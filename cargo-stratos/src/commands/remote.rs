//! What all commands about a running shell share.

use std::path::PathBuf;

use stratos_host::remote::{Client, ClientError, HostFile, Operation};

use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::escape;

/// Which running shell is meant.
#[derive(Debug, clap::Args)]
pub(crate) struct Remote {
    /// State folder of the running shell [default: the nearest .stratos here or above]
    #[arg(long, value_name = "DIR", global = true)]
    state: Option<PathBuf>,
}

impl Remote {
    /// Runs one conversation with the shell.
    pub(crate) fn ask<T>(
        self,
        cx: &Context,
        conversation: impl AsyncFnOnce(&Client) -> Result<T, ClientError>,
    ) -> Result<T, Error> {
        let host = HostFile::read(&self.folder(cx)).map_err(Error::NoRunningShell)?;
        block_on(async { Ok(conversation(&Client::new(host)).await?) })
    }

    /// The state folder that is meant.
    pub(crate) fn folder(self, cx: &Context) -> PathBuf {
        cx.state_dir(self.state)
    }
}

/// Runs something that waits, for a command that does nothing else meanwhile.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|source| Error::System {
        operation: "start the runtime",
        source,
    })?;
    runtime.block_on(work)
}

/// One plugin of a running shell.
#[derive(Debug, clap::Args)]
pub(crate) struct OnePlugin {
    /// Id of the plugin
    plugin: String,
    #[command(flatten)]
    remote: Remote,
}

impl OnePlugin {
    /// Calls an operation of the running shell on the plugin, and prints that it is done.
    pub(crate) fn call<O: Operation<Answer = ()>>(
        self,
        cx: &Context,
        operation: impl FnOnce(String) -> O,
        done: &str,
    ) -> Result<Outcome, Error> {
        let Self { plugin, remote } = self;
        let operation = operation(plugin.clone());
        remote.ask(cx, async |shell| shell.call(&operation).await)?;
        cx.output.note(format_args!("{} {done}", escape(&plugin)));
        Ok(Outcome::Success)
    }
}
