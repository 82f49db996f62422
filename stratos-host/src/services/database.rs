//! The database service: where the SQLite files of a plugin are.

use std::sync::Arc;

use serde_json::value::RawValue;
use stratos_protocol::database::{DatabasePath, GetPath, check_file_name};
use stratos_protocol::{ErrorCode, Request as _, RpcError};
use stratos_transport::rpc;

use crate::services::service::{Caller, Resources, RpcResult, Service};

/// Creates the data folder of a plugin on first use (V3). All generations of the plugin share it, so its files survive
/// updates.
#[derive(Debug)]
pub(crate) struct DatabaseService;

impl Service for DatabaseService {
    const METHODS: &'static [&'static str] = &[GetPath::METHOD];
    const LATER: &'static [stratos_protocol::Service] = &[stratos_protocol::Service::Database];

    fn new(_resources: &Resources) -> Self {
        Self
    }

    async fn handle_request(
        &self,
        caller: &Arc<Caller>,
        _method: &str,
        params: &RawValue,
    ) -> RpcResult<Box<RawValue>> {
        rpc::respond(params, |get_path| path(caller, get_path)).await
    }
}

async fn path(caller: &Caller, GetPath { file }: GetPath) -> RpcResult<DatabasePath> {
    check_file_name(&file).map_err(|error| rpc::invalid_params(&error))?;
    let folder = &caller.folders.data;
    if folder.as_os_str().is_empty() {
        let text = "this plugin has no data folder here, so it cannot have a database";
        return Err(RpcError::new(ErrorCode::NotSupported, text));
    }
    let failed = |reason: String| {
        let text = format!(
            "cannot create the folder {} for the plugin's databases: {reason}",
            folder.display()
        );
        RpcError::new(ErrorCode::Internal, text)
    };
    let created = tokio::fs::create_dir_all(folder).await;
    created.map_err(|error| failed(error.to_string()))?;
    match folder.join(file).into_os_string().into_string() {
        Ok(path) => Ok(DatabasePath { path }),
        Err(_) => Err(failed(
            "its path is not Unicode, name another state folder with `--state`".to_owned(),
        )),
    }
}
