//! The runtime of commands that talk to a running shell.

use crate::error::Error;

/// Runs a future to its end, on a runtime of this thread.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::system("start the runtime"))?;
    runtime.block_on(future)
}
