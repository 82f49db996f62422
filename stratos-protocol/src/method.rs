//! Traits that connect a method's name with the types of its parameters and result.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The parameters of a method that the receiver answers.
pub trait Request: Serialize + DeserializeOwned + fmt::Debug + Send + 'static {
    /// The method's name on the wire.
    const METHOD: &'static str;
    /// The type of the `result` field in a successful response.
    type Result: Serialize + DeserializeOwned + fmt::Debug + Send + 'static;
}

/// The parameters of a method that the receiver does not answer.
pub trait Notification: Serialize + DeserializeOwned + fmt::Debug + Send + 'static {
    /// The method's name on the wire.
    const METHOD: &'static str;
}

/// The result of a request that returns no data, `{}` on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Empty {}

/// Declares the methods of a service: implements [`Request`] or [`Notification`] for each message type.
///
/// In test builds it also defines `SERVICE`, which joins the methods with the function `golden_lines` of the
/// service's test module; `lib.rs` lists every `SERVICE`.
macro_rules! methods {
    ($($kind:ident $message:ident = $method:literal $(-> $result:ty)?;)+) => {
        $($crate::method::methods!(@$kind $message $method $($result)?);)+

        #[cfg(test)]
        pub(crate) const SERVICE: $crate::golden::Service = $crate::golden::Service {
            methods: &[$($method),+],
            golden_lines: tests::golden_lines,
        };
    };
    (@request $message:ident $method:literal $result:ty) => {
        impl $crate::method::Request for $message {
            const METHOD: &'static str = $method;
            type Result = $result;
        }
    };
    (@notification $message:ident $method:literal) => {
        impl $crate::method::Notification for $message {
            const METHOD: &'static str = $method;
        }
    };
}
pub(crate) use methods;
