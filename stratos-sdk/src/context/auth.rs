//! `ctx.auth`: the pilot's login.

use std::sync::Arc;

use serde_json::value::RawValue;
use stratos_protocol::auth::{AuthChanged, AuthState};
use stratos_protocol::method::Empty;
use stratos_protocol::{Request as _, RpcError};
use stratos_transport::rpc;
use tokio::sync::watch;

use crate::context::service::ContextService;
use crate::context::shared::Shared;

/// Read-only access to the pilot's login (V1: `PluginAuthAccessor`). Cheap to clone.
///
/// ```no_run
/// # async fn f(ctx: stratos::PluginContext) -> stratos::Result {
/// if let Some(token) = ctx.auth.token() {
///     // call the airline's API with `Authorization: Bearer {token}`
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Auth {
    shared: Arc<Shared>,
    state: watch::Sender<AuthState>,
}

/// Stream of login changes; see [`Auth::changes`].
#[derive(Debug)]
pub struct AuthChanges {
    shared: Arc<Shared>,
    state: watch::Receiver<AuthState>,
}

impl Auth {
    /// Whether the pilot is logged in right now (V1: `isAuthenticated()`).
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.state.borrow().authenticated
    }

    /// The pilot's current token, `None` when logged out (V1: `getToken()`).
    ///
    /// The token may expire or change while the plugin runs, so call this before each use instead of storing the
    /// token.
    #[must_use]
    pub fn token(&self) -> Option<String> {
        self.state.borrow().token.clone()
    }

    /// Subscribes to login changes from now on. A slow subscriber may miss states in between, but never the latest.
    ///
    /// ```no_run
    /// # async fn f(ctx: stratos::PluginContext) {
    /// let mut changes = ctx.auth.changes();
    /// while let Some(login) = changes.next().await {
    ///     ctx.logger.info("MyPlugin", format_args!("signed in: {}", login.authenticated));
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn changes(&self) -> AuthChanges {
        AuthChanges {
            shared: Arc::clone(&self.shared),
            state: self.state.subscribe(),
        }
    }

    pub(crate) fn set(&self, state: AuthState) {
        self.state.send_replace(state);
    }
}

impl ContextService for Auth {
    const METHODS: &'static [&'static str] = &[AuthChanged::METHOD];

    fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            state: watch::Sender::default(),
        }
    }

    async fn handle_request(
        &self,
        _method: &str,
        params: &RawValue,
    ) -> Result<Box<RawValue>, RpcError> {
        rpc::respond(params, async |AuthChanged { auth }| {
            self.set(auth);
            Ok(Empty {})
        })
        .await
    }
}

impl AuthChanges {
    /// Waits for the next change and returns the new state; `None` once the connection to the shell has ended.
    ///
    /// Cancel safe: no change is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<AuthState> {
        tokio::select! {
            biased;
            changed = self.state.changed() => changed.ok()?,
            () = self.shared.peer.closed() => return None,
        }
        Some(self.state.borrow_and_update().clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::shared::test_shared;

    #[tokio::test]
    async fn changes_yield_the_latest_state_until_the_connection_ends() {
        let (shared, _driver) = test_shared();
        let auth = Auth::new(&shared);
        assert!(!auth.is_authenticated());
        let mut changes = auth.changes();
        let signed_in = AuthState {
            authenticated: true,
            token: Some("t".to_owned()),
        };
        auth.set(signed_in.clone());
        assert_eq!(auth.token().as_deref(), Some("t"));
        shared.peer.close();
        assert_eq!(changes.next().await, Some(signed_in));
        assert_eq!(changes.next().await, None);
    }
}
