//! Call that waits for the pilot, for dialogs and prompts.

use std::time::Duration;

use stratos_protocol::{ErrorCode, Request, Service};
use stratos_transport::CallError;

use crate::context::shared::Shared;
use crate::context::shell_services::ServiceError;

/// Asks the pilot, without a limit of time. `None` is no answer: also if the connection ends meanwhile, or a newer
/// generation has taken over.
pub(super) async fn ask<R: Request>(
    shared: &Shared,
    service: Service,
    request: &R,
) -> Result<Option<R::Result>, ServiceError> {
    match shared
        .call_service_within(service, request, Duration::MAX)
        .await
    {
        Ok(answer) => Ok(Some(answer)),
        Err(ServiceError::Shell { source, .. }) if is_no_answer(&source) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_no_answer(error: &CallError) -> bool {
    match error {
        CallError::Closed => true,
        CallError::Rpc(error) => matches!(error.code, ErrorCode::Cancelled | ErrorCode::Retired),
        _ => false,
    }
}

pub(super) fn millis(timeout: Duration) -> u64 {
    u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX)
}
