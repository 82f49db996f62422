//! The trait for handlers of incoming requests and notifications.

use serde_json::value::RawValue;
use stratos_protocol::RpcError;

/// The permits for requests that a connection handles concurrently, see [`Handler::permits`].
pub const PERMITS: u32 = 32;

/// Handles the requests and notifications of the other side of a connection.
///
/// [`rpc`](crate::rpc) decodes the parameters and encodes the results.
pub trait Handler: Send + Sync + 'static {
    /// Returns how many of the connection's [`PERMITS`] a request holds, from before it is handled until its answer
    /// is written.
    ///
    /// While too few permits are left, the connection reads nothing more, so a peer that sends too many requests, or
    /// does not read the answers, is slowed down and costs no memory. A request may hold permits only if its handler
    /// never waits for the other side. With the default of 0, only the number of requests is bounded.
    fn permits(&self, _method: &str, _params: &RawValue) -> u32 {
        0
    }

    /// Returns whether requests of a method begin in the order of their arrival, each with the part of its handler up to
    /// the first wait. Without it, requests that are sent at once begin in any order.
    ///
    /// The order is kept among all methods for which this is true.
    fn keeps_order(&self, _method: &str) -> bool {
        false
    }

    /// Answers a request.
    ///
    /// Requests run concurrently. When one is cancelled, its future is dropped.
    fn handle_request(
        &self,
        method: &str,
        params: &RawValue,
    ) -> impl Future<Output = Result<Box<RawValue>, RpcError>> + Send;

    /// Takes a notification.
    ///
    /// Notifications arrive in order, and the connection reads nothing more until this returns, so a slow receiver
    /// slows its sender down instead of growing a queue.
    fn handle_notification(
        &self,
        method: &str,
        params: &RawValue,
    ) -> impl Future<Output = ()> + Send;
}
