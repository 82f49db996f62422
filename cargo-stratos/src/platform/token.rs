//! Token of the platform's API.

use std::ffi::OsString;
use std::fmt;

use reqwest::header::HeaderValue;
use thiserror::Error;

/// Environment variable with the token.
pub(crate) const TOKEN_VARIABLE: &str = "SKYVEX_API_TOKEN";

/// Replaces the token in texts.
const MASK: &str = "***";

/// Shortest token, in bytes, and shortest part of one that is masked. Shorter parts would mask ordinary words.
const MIN_LENGTH: usize = 8;

/// Token of an account on the platform. Only the header of a request contains it: `Debug` masks it, and there is no
/// `Display`.
#[derive(Clone)]
pub(crate) struct ApiToken(String);

/// Reason why the value of [`TOKEN_VARIABLE`] cannot be a token. The value is not part of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum TokenError {
    #[error("the environment variable {TOKEN_VARIABLE} is not set")]
    Missing,
    #[error("the value of {TOKEN_VARIABLE} is shorter than {MIN_LENGTH} characters")]
    Short,
    #[error(
        "the value of {TOKEN_VARIABLE} contains a space, a line break or another character that no token has"
    )]
    Character,
}

impl ApiToken {
    /// The token in the value of [`TOKEN_VARIABLE`]. White space around it is ignored, such as the line break that files
    /// with secrets end with.
    pub(crate) fn parse(value: Option<OsString>) -> Result<Self, TokenError> {
        let value = value.ok_or(TokenError::Missing)?.into_string();
        let value = value.map_err(|_| TokenError::Character)?;
        let token = value.trim();
        match token.len() {
            0 => Err(TokenError::Missing),
            length if length < MIN_LENGTH => Err(TokenError::Short),
            _ if !token.bytes().all(|byte| byte.is_ascii_graphic()) => Err(TokenError::Character),
            _ => Ok(Self(token.to_owned())),
        }
    }

    /// Value of the header `Authorization`, which the HTTP client masks in its own messages.
    pub(super) fn authorization(&self) -> HeaderValue {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.0))
            .expect("a token has visible ASCII characters only");
        value.set_sensitive(true);
        value
    }

    /// Masks the token in a text of the platform, which may repeat the request. Also masks the secret part behind the `|`
    /// of tokens such as `12|secret`, and the beginning of a token at the end of a text that broke off.
    pub(super) fn mask(&self, text: &str) -> String {
        let secret = self.0.split_once('|').map(|(_, secret)| secret);
        let secrets = [Some(self.0.as_str()), secret];
        let mut masked = text.to_owned();
        for secret in secrets.into_iter().flatten() {
            if secret.len() < MIN_LENGTH {
                continue;
            }
            masked = masked.replace(secret, MASK);
            let mut lengths = (MIN_LENGTH..secret.len()).rev();
            if let Some(length) = lengths.find(|&length| masked.ends_with(&secret[..length])) {
                masked.truncate(masked.len() - length);
                masked.push_str(MASK);
            }
        }
        masked
    }
}

impl fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiToken({MASK})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> Result<ApiToken, TokenError> {
        ApiToken::parse(Some(text.into()))
    }

    #[test]
    fn only_visible_ascii_is_a_token() {
        assert_eq!(ApiToken::parse(None).unwrap_err(), TokenError::Missing);
        for (text, expected) in [
            ("", TokenError::Missing),
            (" \r\n", TokenError::Missing),
            ("short", TokenError::Short),
            ("two words", TokenError::Character),
            ("12345678\n12345678", TokenError::Character),
            ("tökentöken", TokenError::Character),
        ] {
            assert_eq!(token(text).unwrap_err(), expected, "{text:?}");
        }
        assert_eq!(token(" 12|abcdefgh\r\n").unwrap().0, "12|abcdefgh");
    }

    #[test]
    fn the_token_is_masked() {
        let token = token("12|AbCdEfGhIjKl").unwrap();
        assert_eq!(format!("{token:?}"), "ApiToken(***)");
        let header = format!("{:?}", token.authorization());
        assert!(!header.contains("AbCd"), "{header}");
        for (text, expected) in [
            ("no token 12|", "no token 12|"),
            ("Bearer 12|AbCdEfGhIjKl!", "Bearer ***!"),
            ("%7CAbCdEfGhIjKl, again AbCdEfGhIjKl", "%7C***, again ***"),
            ("broke off at 12|AbCdEfGhI", "broke off at ***"),
            ("broke off at |AbCdEfGhI", "broke off at |***"),
        ] {
            assert_eq!(token.mask(text), expected);
        }
    }
}
