//! Answers of the platform.

use std::fmt;
use std::time::Duration;

use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use thiserror::Error;

use crate::platform::token::ApiToken;

/// Longest body that is read, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// Longest text of the platform that is shown, in characters.
const MAX_WORDS: usize = 1000;

/// The platform's own explanation in an answer, without the token. Untrusted: it is escaped where it is printed.
#[derive(Debug, Clone, Error)]
pub(crate) struct Words(String);

impl Words {
    /// Reads the body of an answer as far as it comes. The second value is whether it came to its end, as far as
    /// [`MAX_BODY`] goes.
    pub(super) async fn read(
        mut response: Response,
        token: &ApiToken,
        timeout: Duration,
    ) -> (Option<Self>, bool) {
        let content_type = response.headers().get(CONTENT_TYPE).cloned();
        let mut body = Vec::new();
        let is_whole = loop {
            match tokio::time::timeout(timeout, response.chunk()).await {
                Ok(Ok(Some(chunk))) if body.len() + chunk.len() <= MAX_BODY => {
                    body.extend_from_slice(&chunk);
                }
                Ok(Ok(Some(chunk))) => {
                    body.extend_from_slice(&chunk[..MAX_BODY - body.len()]);
                    break true;
                }
                Ok(Ok(None)) => break true,
                Ok(Err(_)) | Err(_) => break false,
            }
        };
        let body = String::from_utf8_lossy(&body);
        let is_html = content_type.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
            || body.trim_start().starts_with('<');
        let words = match is_html {
            true => html_title(&body),
            false => json_words(&body).unwrap_or_else(|| body.into_owned()),
        };
        // Masked before it is cut, since a cut token would not be recognized.
        let words = shorten(token.mask(words.trim()));
        ((!words.is_empty()).then_some(Self(words)), is_whole)
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The messages in an error body of Laravel (assumed): `message`, and `errors` with a list of messages for each field.
/// The name `error` for a message is common elsewhere.
fn json_words(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    let mut words: Vec<String> = Vec::new();
    let mut add = |text: String| {
        if !words.contains(&text) {
            words.push(text);
        }
    };
    for key in ["message", "error"] {
        if let Some(text) = body[key].as_str() {
            add(text.to_owned());
        }
    }
    if let Some(errors) = body["errors"].as_object() {
        for (field, errors) in errors {
            for error in texts(errors) {
                add(format!("{field}: {error}"));
            }
        }
    }
    for error in texts(&body["errors"]) {
        add(error.to_owned());
    }
    // Errors in a form of their own.
    let errors = body["errors"].as_array().into_iter().flatten();
    for error in errors.filter(|error| error.is_object()) {
        add(error.to_string());
    }
    (!words.is_empty()).then(|| words.join("; "))
}

/// The text, or the texts of a list.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().map(Vec::as_slice);
    list.unwrap_or(std::slice::from_ref(value))
        .iter()
        .filter_map(Value::as_str)
}

/// An HTML page in a few words: its title.
fn html_title(page: &str) -> String {
    let lower = page.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|start| {
        let start = start + lower[start..].find('>')? + 1;
        let end = start + lower[start..].find('<')?;
        Some(page[start..end].trim())
    });
    match title {
        Some(title) if !title.is_empty() => format!("an HTML page with the title `{title}`"),
        _ => "an HTML page".to_owned(),
    }
}

fn shorten(text: String) -> String {
    match text.char_indices().nth(MAX_WORDS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_messages_of_an_error_body_are_found() {
        for (body, expected) in [
            (
                r#"{"message":"Unauthenticated."}"#,
                Some("Unauthenticated."),
            ),
            (
                r#"{"message":"Invalid.","errors":{"file":["Too old.","Invalid."],"id":"Taken."}}"#,
                Some("Invalid.; file: Too old.; file: Invalid.; id: Taken."),
            ),
            (r#"{"errors":["a","a","b"]}"#, Some("a; b")),
            (r#"{"error":"nope"}"#, Some("nope")),
            (r#"{"message":{"deep":1}}"#, None),
            ("[1]", None),
            ("plain", None),
        ] {
            assert_eq!(json_words(body).as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn an_html_page_is_its_title() {
        for (page, expected) in [
            (
                "<html><TITLE class=a> 502 Bad\nGateway</title>",
                "an HTML page with the title `502 Bad\nGateway`",
            ),
            ("<html><title>", "an HTML page"),
            ("<html>İ<title></title>", "an HTML page"),
        ] {
            assert_eq!(html_title(page), expected);
        }
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(shorten("é".repeat(MAX_WORDS)).chars().count(), MAX_WORDS);
        let cut = shorten("é".repeat(MAX_WORDS + 1));
        assert_eq!(cut.chars().count(), MAX_WORDS + 3);
    }
}
