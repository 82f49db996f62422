//! The pilot's login.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::lifecycle::Done;
use crate::method::Request;

/// Whether somebody is logged in, and the token if so (V1).
///
/// `Debug` never shows the token.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthState {
    /// What `isAuthenticated()` returns.
    pub authenticated: bool,
    /// What `getToken()` returns.
    pub token: Option<String>,
}

/// `auth/changed`, from the host: the login is another one now.
///
/// Answered as soon as the plugin's accessors return the new state, so that whoever switched it
/// knows from when on it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthChanged {
    /// The new state.
    pub auth: AuthState,
}

impl Request for AuthChanged {
    const METHOD: &'static str = "auth/changed";
    type Answer = Done;
}

impl fmt::Debug for AuthState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthState")
            .field("authenticated", &self.authenticated)
            .field("token", &self.token.as_ref().map(|_| "<hidden>"))
            .finish()
    }
}
