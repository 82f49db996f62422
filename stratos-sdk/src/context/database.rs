//! `ctx.database`: SQLite files of the plugin.

use std::path::PathBuf;
use std::sync::Arc;

use stratos_protocol::Service;
use stratos_protocol::database::{GetPath, check_file_name};

use crate::context::service::ContextService;
use crate::context::shared::Shared;
use crate::context::shell_services::ServiceError;

/// SQLite files of the plugin (V3: `ctx.database`). Cheap to clone.
///
/// A file is the plugin's own, and survives restarts and updates. During an update, the old and the new generation may
/// have it open at the same time for a moment.
///
/// [`path`](Self::path) works with any SQLite crate. With the feature `rusqlite` of the SDK, `open` opens the file:
///
/// ```no_run
/// # #[cfg(feature = "rusqlite")]
/// # async fn f(ctx: stratos::PluginContext) -> stratos::Result {
/// let diary = ctx.database.open("diary.db").await?;
/// diary.execute_batch("CREATE TABLE IF NOT EXISTS landing (rate REAL NOT NULL)")?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Database {
    shared: Arc<Shared>,
}

impl Database {
    /// Path of the file with this name. Its folder exists, the file may not.
    ///
    /// # Errors
    ///
    /// If the shell has no databases, or the name is no plain file name that every system accepts.
    pub async fn path(&self, file: &str) -> Result<PathBuf, ServiceError> {
        let service = Service::Database;
        check_file_name(file).map_err(|error| ServiceError::Argument {
            service,
            reason: error.to_string(),
        })?;
        let file = file.to_owned();
        let path = self.shared.call_service(service, &GetPath { file }).await?;
        Ok(path.path.into())
    }

    /// Opens the file with this name, and creates it if it is not there.
    ///
    /// The connection is in WAL mode, so that readers do not wait for a writer, and waits up to 5 seconds for another
    /// connection that writes. Its calls block their thread: run long ones with
    /// [`spawn_blocking`](crate::tokio::task::spawn_blocking).
    ///
    /// # Errors
    ///
    /// If the shell has no databases, the name is refused, or SQLite cannot open the file, for example because it is no
    /// database.
    #[cfg(feature = "rusqlite")]
    pub async fn open(&self, file: &str) -> Result<rusqlite::Connection, DatabaseError> {
        let path = self.path(file).await?;
        let opened = tokio::task::spawn_blocking({
            let path = path.clone();
            move || open(&path)
        });
        let opened = opened.await.expect("`open` does not panic");
        opened.map_err(|source| DatabaseError::Sqlite { path, source })
    }
}

/// Error of [`Database::open`].
#[cfg(feature = "rusqlite")]
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The shell has no databases, or refused the name.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// SQLite cannot open the file.
    #[error("cannot open the database {}", path.display())]
    Sqlite {
        /// Path of the file.
        path: PathBuf,
        /// Error of SQLite.
        #[source]
        source: rusqlite::Error,
    },
}

#[cfg(feature = "rusqlite")]
fn open(path: &std::path::Path) -> rusqlite::Result<rusqlite::Connection> {
    /// Wait for another connection that writes.
    const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);

    let connection = rusqlite::Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // The first statement that reads the file, so a file that is no database is refused here.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    Ok(connection)
}

impl ContextService for Database {
    fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
        }
    }
}
