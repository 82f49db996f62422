//! `ctx.auth`

use stratos_protocol::auth::AuthState;
use tokio::sync::watch;

use crate::context::Held;

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
    state: watch::Receiver<AuthState>,
    held: Held,
}

/// The login's changes, one after the other; see [`Auth::changes`].
#[derive(Debug)]
pub struct AuthChanges {
    state: watch::Receiver<AuthState>,
    _held: Held,
}

impl Auth {
    pub(crate) fn new(state: watch::Receiver<AuthState>, held: Held) -> Self {
        Self { state, held }
    }

    /// Whether the pilot is logged in at this moment (V1: `isAuthenticated()`).
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.state.borrow().authenticated
    }

    /// The pilot's token at this moment (V1: `getToken()`).
    ///
    /// Ask again before each use: it may expire or change while the plugin runs.
    #[must_use]
    pub fn token(&self) -> Option<String> {
        self.state.borrow().token.clone()
    }

    /// A watcher that sees every state after this moment, or at least the newest of them.
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
        let mut state = self.state.clone();
        state.mark_unchanged();
        AuthChanges {
            state,
            _held: self.held.clone(),
        }
    }
}

impl AuthChanges {
    /// Waits for the next change and returns the new state; `None` once the shell is gone.
    pub async fn next(&mut self) -> Option<AuthState> {
        self.state.changed().await.ok()?;
        Some(self.state.borrow_and_update().clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_state_is_current_and_changes_are_seen() {
        let (sender, receiver) = watch::channel(AuthState::default());
        let auth = Auth::new(receiver, Held::default());
        assert!(!auth.is_authenticated());
        let mut changes = auth.changes();
        let signed_in = AuthState {
            authenticated: true,
            token: Some("t".to_owned()),
        };
        sender.send_replace(signed_in.clone());
        assert_eq!(auth.token().as_deref(), Some("t"));
        assert_eq!(changes.next().await, Some(signed_in));
        drop(sender);
        assert_eq!(changes.next().await, None);
    }
}
