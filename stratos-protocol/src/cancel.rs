//! Cancellation of requests in flight.

use serde::{Deserialize, Serialize};

/// `cancel`, from either side: the sender no longer wants the answer to one of its requests.
///
/// The receiver drops the handler at its next await point and answers
/// [`ErrorCode::Cancelled`](crate::ErrorCode::Cancelled), or with the result if the handler has already returned.
/// An unknown id is ignored, because the answer may have crossed the cancellation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancel {
    /// The id of the request, which the sender of this notification chose.
    pub id: u64,
}

crate::method::methods! {
    notification Cancel = "cancel";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::{self, GoldenLine};

    pub(super) fn golden_lines() -> Vec<GoldenLine> {
        vec![golden::notification(
            &Cancel { id: 1 },
            r#"{"jsonrpc":"2.0","method":"cancel","params":{"id":1}}"#,
        )]
    }
}
