//! The pilot's login at the airline: a token that is refreshed.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::token::random_hex;

/// The token of the pilot at the airline. It stays in the shell: no plugin, event or log line has it.
///
/// The shell makes the tokens itself, since it has no platform to ask (assumed: the real shell's login is at the
/// platform).
pub(super) struct AirlineLogin {
    token: Mutex<Token>,
    lifetime: Option<Duration>,
}

struct Token {
    text: String,
    issued: Instant,
    /// Whether the token has ended before its lifetime.
    is_expired: bool,
}

impl AirlineLogin {
    /// A login whose tokens expire after this time, or never.
    pub(super) fn new(lifetime: Option<Duration>) -> Self {
        Self {
            token: Mutex::new(Token::new()),
            lifetime,
        }
    }

    /// The present token, which may have expired.
    pub(super) fn token(&self) -> String {
        self.lock().text.clone()
    }

    /// Replaces the token that was refused. Requests that were refused at once share the refresh: the second one finds a
    /// newer token. Returns whether the login was refreshed, and the token.
    pub(super) fn refresh(&self, refused: &str) -> (bool, String) {
        let mut token = self.lock();
        let is_present = token.text == refused;
        if is_present {
            *token = Token::new();
        }
        (is_present, token.text.clone())
    }

    /// Ends the present token, which is refused until it is refreshed.
    pub(super) fn expire(&self) {
        self.lock().is_expired = true;
    }

    /// Whether a token is the present one and has not expired.
    pub(super) fn accepts(&self, text: &str) -> bool {
        let token = self.lock();
        let has_expired = |lifetime| token.issued.elapsed() >= lifetime;
        token.text == text && !token.is_expired && !self.lifetime.is_some_and(has_expired)
    }

    fn lock(&self) -> MutexGuard<'_, Token> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Token {
    fn new() -> Self {
        Self {
            text: format!("mock-airline-{}", random_hex(32)),
            issued: Instant::now(),
            is_expired: false,
        }
    }
}

impl fmt::Debug for AirlineLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AirlineLogin")
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_that_are_refused_at_once_share_a_refresh() {
        let login = AirlineLogin::new(Some(Duration::from_secs(60)));
        let first = login.token();
        assert!(login.accepts(&first));
        tokio::time::advance(Duration::from_secs(60)).await;
        assert!(!login.accepts(&first));
        let (was_refreshed, second) = login.refresh(&first);
        assert!(was_refreshed);
        assert_eq!(login.refresh(&first), (false, second.clone()));
        assert!(login.accepts(&second));
        assert!(!login.accepts(&first));
        assert!(!format!("{login:?}").contains(&second));
    }
}
