//! The link between a method's name and the types of its parameters and its answer.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A message that is answered.
///
/// The type itself is the parameters' type.
pub trait Request: Serialize + DeserializeOwned + fmt::Debug + Send + 'static {
    /// The name on the wire.
    const METHOD: &'static str;
    /// What a successful answer carries.
    type Answer: Serialize + DeserializeOwned + fmt::Debug + Send + 'static;
}

/// A message that is not answered.
///
/// The type itself is the parameters' type.
pub trait Notification: Serialize + DeserializeOwned + fmt::Debug + Send + 'static {
    /// The name on the wire.
    const METHOD: &'static str;
}

/// `cancel`, from either side: the answer to one of the sender's requests is no longer wanted.
///
/// The receiver stops the work at its next await point and answers
/// [`ErrorCode::Cancelled`](crate::ErrorCode::Cancelled), or with the result if it was faster.
/// An unknown id is ignored: the answer may have crossed the cancellation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancel {
    /// The id of the sender's own request.
    pub id: u64,
}

impl Notification for Cancel {
    const METHOD: &'static str = "cancel";
}
