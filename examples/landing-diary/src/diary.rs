//! The diary: a table in an SQLite file.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use stratos::PluginContext;
use stratos::rusqlite::{self, Connection, OptionalExtension as _, Row, params};
use stratos::tokio::task::spawn_blocking;
use thiserror::Error;

use crate::landing::Landing;

const FILE: &str = "diary.db";

/// The columns in the order of [`Entry::from_row`].
const COLUMNS: &str =
    "id, landed_at, departure, arrival, rate, g_force, bounces, remark, inspected";

/// Creates what an older version of the plugin has not created. Both generations of an update may run it.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS landing (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        landed_at INTEGER NOT NULL,
        departure TEXT,
        arrival TEXT,
        rate REAL NOT NULL,
        g_force REAL,
        bounces INTEGER NOT NULL,
        remark TEXT,
        inspected INTEGER NOT NULL DEFAULT FALSE
    ) STRICT";

/// The open diary. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Diary(Arc<Mutex<Connection>>);

/// A landing in the diary.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    pub(crate) id: i64,
    #[serde(flatten)]
    pub(crate) landing: Landing,
    /// Remark of the pilot.
    pub(crate) remark: Option<String>,
    /// Whether the pilot has confirmed that the aircraft was inspected afterwards.
    pub(crate) inspected: bool,
}

/// The diary failed.
#[derive(Debug, Error)]
pub(crate) enum DiaryError {
    #[error("the diary cannot be opened")]
    Open(#[from] stratos::context::DatabaseError),
    #[error("the diary failed")]
    Sqlite(#[from] rusqlite::Error),
    #[error("a task of the diary was cancelled")]
    Cancelled(#[from] stratos::tokio::task::JoinError),
}

impl Diary {
    /// Opens the diary, and creates it if it is not there.
    pub(crate) async fn open(ctx: &PluginContext) -> Result<Self, DiaryError> {
        let connection = ctx.database.open(FILE).await?;
        let diary = Self(Arc::new(Mutex::new(connection)));
        diary.run(|sqlite| sqlite.execute_batch(SCHEMA)).await?;
        Ok(diary)
    }

    /// Adds a landing and returns its id.
    pub(crate) async fn add(&self, landing: Landing) -> Result<i64, DiaryError> {
        self.run(move |sqlite| {
            sqlite.execute(
                "INSERT INTO landing (landed_at, departure, arrival, rate, g_force, bounces)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    landing.landed_at,
                    landing.departure,
                    landing.arrival,
                    landing.rate,
                    landing.g_force,
                    landing.bounces,
                ],
            )?;
            Ok(sqlite.last_insert_rowid())
        })
        .await
    }

    /// Sets the remark of a landing.
    pub(crate) async fn set_remark(&self, id: i64, remark: String) -> Result<(), DiaryError> {
        self.run(move |sqlite| {
            let sql = "UPDATE landing SET remark = ?2 WHERE id = ?1";
            sqlite.execute(sql, params![id, remark])
        })
        .await?;
        Ok(())
    }

    /// Notes that the aircraft was inspected after a landing, and so after those before it.
    pub(crate) async fn set_inspected(&self, id: i64) -> Result<(), DiaryError> {
        self.run(move |sqlite| {
            sqlite.execute("UPDATE landing SET inspected = TRUE WHERE id <= ?1", [id])
        })
        .await?;
        Ok(())
    }

    /// Removes a landing. Returns whether there was one.
    pub(crate) async fn remove(&self, id: i64) -> Result<bool, DiaryError> {
        let removed = self
            .run(move |sqlite| sqlite.execute("DELETE FROM landing WHERE id = ?1", [id]))
            .await?;
        Ok(removed > 0)
    }

    /// The latest hard landing after which the aircraft was not inspected. The threshold is in feet per minute.
    pub(crate) async fn uninspected(&self, threshold: i64) -> Result<Option<Entry>, DiaryError> {
        self.run(move |sqlite| {
            let sql = format!(
                "SELECT {COLUMNS} FROM landing WHERE NOT inspected AND abs(rate) >= ?1
                 ORDER BY id DESC LIMIT 1"
            );
            let entry = sqlite.query_row(&sql, [threshold], Entry::from_row);
            entry.optional()
        })
        .await
    }

    /// The latest landings, at most so many, the latest first.
    pub(crate) async fn list(&self, limit: u32) -> Result<Vec<Entry>, DiaryError> {
        self.run(move |sqlite| {
            let sql = format!("SELECT {COLUMNS} FROM landing ORDER BY id DESC LIMIT ?1");
            let mut statement = sqlite.prepare(&sql)?;
            let entries = statement.query_map([limit], Entry::from_row)?;
            entries.collect()
        })
        .await
    }

    /// Runs a function of SQLite on a thread of its own: it may wait for the disk, or for another connection.
    async fn run<T: Send + 'static>(
        &self,
        function: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, DiaryError> {
        let connection = Arc::clone(&self.0);
        let output = spawn_blocking(move || {
            function(&connection.lock().unwrap_or_else(PoisonError::into_inner))
        });
        Ok(output.await??)
    }
}

impl Entry {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            landing: Landing {
                landed_at: row.get(1)?,
                departure: row.get(2)?,
                arrival: row.get(3)?,
                rate: row.get(4)?,
                g_force: row.get(5)?,
                bounces: row.get(6)?,
            },
            remark: row.get(7)?,
            inspected: row.get(8)?,
        })
    }
}
