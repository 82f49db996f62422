//! The auth service: the pilot's login.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::method::{Empty, methods};

/// The login state of the shell (V1).
///
/// `Debug` never shows the token.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthState {
    /// True while a pilot is logged in; returned by the plugin's `isAuthenticated()`.
    pub authenticated: bool,
    /// The access token, absent while logged out; returned by the plugin's `getToken()`.
    pub token: Option<String>,
}

/// `auth/changed`, from the host: a login, a logout or a new token.
///
/// Answered once the plugin's accessors return the new state, so the host can tell from when on the state is in
/// effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthChanged {
    /// The new login state.
    pub auth: AuthState,
}

methods! {
    request AuthChanged = "auth/changed" -> Empty;
}

impl fmt::Debug for AuthState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthState")
            .field("authenticated", &self.authenticated)
            .field("token", &self.token.as_ref().map(|_| "<hidden>"))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::{self, GoldenLine};

    pub(super) fn golden_lines() -> Vec<GoldenLine> {
        let logged_in = AuthState {
            authenticated: true,
            token: Some("t".to_owned()),
        };
        vec![
            golden::request(
                &AuthChanged { auth: logged_in },
                r#"{"jsonrpc":"2.0","id":1,"method":"auth/changed","params":{"auth":{"authenticated":true,"token":"t"}}}"#,
            ),
            golden::request(
                &AuthChanged {
                    auth: AuthState::default(),
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"auth/changed","params":{"auth":{"authenticated":false,"token":null}}}"#,
            ),
        ]
    }

    #[test]
    fn debug_hides_the_token() {
        let state = AuthState {
            authenticated: true,
            token: Some("secret".to_owned()),
        };
        assert!(!format!("{state:?}").contains("secret"));
    }
}
