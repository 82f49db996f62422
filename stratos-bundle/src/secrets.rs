//! Search for secrets that were packed by mistake: files `.env`, private keys, and tokens with a form of their own.
//!
//! The patterns are few and exact, since a wrong finding teaches authors to ignore findings. The form of the platform's
//! own token is not known.

use crate::bundle::Bundle;
use crate::layout;
use crate::problem::Problem;

/// Longest file that is searched, in bytes. Longer texts are data, not code or settings.
const MAX_SEARCHED_BYTES: usize = 16 * 1024 * 1024;
/// Start of a file that has no NUL if the file is a text, in bytes, as git decides it.
const TEXT_START: usize = 8000;

/// A file that is no secret although it looks like one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Path in the bundle.
    pub path: String,
    /// Reason why the file is no secret.
    pub reason: String,
}

/// A token that begins with a prefix of its own.
struct TokenPattern {
    name: &'static str,
    prefix: &'static str,
    /// Number of characters after the prefix: exactly so many, or at least.
    length: Length,
    is_token_char: fn(u8) -> bool,
}

enum Length {
    Exactly(usize),
    AtLeast(usize),
}

const fn github(prefix: &'static str) -> TokenPattern {
    TokenPattern {
        name: "a GitHub token",
        prefix,
        length: Length::Exactly(36),
        is_token_char: is_alphanumeric,
    }
}

const fn slack(prefix: &'static str) -> TokenPattern {
    TokenPattern {
        name: "a Slack token",
        prefix,
        length: Length::AtLeast(20),
        is_token_char: is_alphanumeric_or_hyphen,
    }
}

/// The forms are documented by those who issue the tokens.
const TOKENS: &[TokenPattern] = &[
    TokenPattern {
        name: "an AWS access key",
        prefix: "AKIA",
        length: Length::Exactly(16),
        is_token_char: is_upper_or_digit,
    },
    github("ghp_"),
    github("gho_"),
    github("ghu_"),
    github("ghs_"),
    github("ghr_"),
    TokenPattern {
        name: "a GitHub token",
        prefix: "github_pat_",
        length: Length::Exactly(82),
        is_token_char: is_word,
    },
    TokenPattern {
        name: "an npm token",
        prefix: "npm_",
        length: Length::Exactly(36),
        is_token_char: is_alphanumeric,
    },
    slack("xoxb-"),
    slack("xoxp-"),
    slack("xoxa-"),
    slack("xoxr-"),
    slack("xoxs-"),
];

/// The secrets in a bundle, and waivers that match none.
pub(crate) fn secret_problems(bundle: &Bundle, waivers: &[Waiver]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut used = vec![false; waivers.len()];
    for (path, bytes) in &bundle.files {
        let Some(problem) = secret_in_file(path, bytes) else {
            continue;
        };
        match waivers.iter().position(|waiver| waiver.path == *path) {
            Some(index) => used[index] = true,
            None => problems.push(problem),
        }
    }
    for (waiver, is_used) in waivers.iter().zip(used) {
        let Waiver { path, reason } = waiver;
        if reason.trim().is_empty() {
            let message = format!("the waiver for `{path}` has no reason");
            let problem = Problem::error("waiver-without-reason", path, message);
            problems
                .push(problem.help("say in `reason` of `[[pack.not_secret]]` why it is no secret"));
        }
        if !is_used {
            let message =
                format!("the waiver for `{path}` has no effect: nothing there looks like a secret");
            let problem = Problem::error("unused-waiver", path, message).warning();
            problems
                .push(problem.help("remove it from `[[pack.not_secret]]`, or correct its path"));
        }
    }
    problems
}

fn secret_in_file(path: &str, bytes: &[u8]) -> Option<Problem> {
    // Windows and macOS take `.ENV` for `.env`.
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let waiver = format!(
        "if it is none, add `[[pack.not_secret]]` with `path = \"{path}\"` and a reason to stratos.toml"
    );
    if name == ".env" || name.starts_with(".env.") {
        let message =
            format!("`{path}` is a file of environment variables, which often has secrets");
        let help = format!(
            "leave it out in `.stratosignore`, and check that the UI's build did not copy its values; {waiver}"
        );
        return Some(Problem::error("env-file", path, message).help(help));
    }
    let is_text = !bytes[..bytes.len().min(TEXT_START)].contains(&0);
    if !is_text || bytes.len() > MAX_SEARCHED_BYTES || layout::is_program(path) {
        return None;
    }
    let (at, what) = find_secret(bytes)?;
    let line = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count();
    let message =
        format!("`{path}` has what looks like {what} in line {line}: every pilot could read it");
    Some(Problem::error("secret", path, message).help(format!(
        "remove it, and revoke it if it was ever published; {waiver}"
    )))
}

/// The position and the name of the first secret.
fn find_secret(text: &[u8]) -> Option<(usize, &'static str)> {
    let mut previous = b' ';
    for (at, byte) in text.iter().copied().enumerate() {
        let rest = &text[at..];
        if byte == b'-' && is_private_key(rest) {
            return Some((at, "a private key"));
        }
        // A token in the middle of a word is part of something longer, such as a hash.
        if !is_word(previous) {
            let token = TOKENS.iter().find(|pattern| pattern.matches(rest));
            if let Some(pattern) = token {
                return Some((at, pattern.name));
            }
        }
        previous = byte;
    }
    None
}

impl TokenPattern {
    fn matches(&self, text: &[u8]) -> bool {
        let Some(rest) = text.strip_prefix(self.prefix.as_bytes()) else {
            return false;
        };
        let length = rest.iter().take_while(|byte| (self.is_token_char)(**byte));
        match self.length {
            Length::Exactly(expected) => length.take(expected + 1).count() == expected,
            Length::AtLeast(least) => length.take(least).count() == least,
        }
    }
}

/// Whether the text begins with the header of a private key in PEM, and with the key.
///
/// A library that reads keys has the header as well, but no key behind it. In code, the line break is written `\n`.
fn is_private_key(text: &[u8]) -> bool {
    const KEY_START: usize = 32;

    let Some(rest) = text.strip_prefix(b"-----BEGIN ") else {
        return false;
    };
    let end = b"PRIVATE KEY-----";
    let longest_label = "ENCRYPTED ".len();
    let header = (0..=longest_label).find(|label| {
        let is_label = |byte: &u8| byte.is_ascii_uppercase() || *byte == b' ';
        rest.get(..*label)
            .is_some_and(|text| text.iter().all(is_label))
            && rest[*label..].starts_with(end)
    });
    let Some(label) = header else {
        return false;
    };
    let body = &rest[label + end.len()..];
    let body = match body {
        [b'\r', b'\n', body @ ..] | [b'\\', b'n', body @ ..] | [b'\n', body @ ..] => body,
        _ => return false,
    };
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    body.get(..KEY_START)
        .is_some_and(|start| start.iter().all(is_base64))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn is_alphanumeric_or_hyphen(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

fn is_upper_or_digit(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, text: &str, waivers: &[Waiver]) -> Vec<(&'static str, String)> {
        let mut bundle = Bundle::default();
        bundle.files.insert(path.to_owned(), text.into());
        let problems = secret_problems(&bundle, waivers).into_iter();
        problems
            .map(|problem| (problem.name, problem.message))
            .collect()
    }

    /// Built from parts, so that no scanner takes this file for a leak.
    fn token(prefix: &str, length: usize) -> String {
        prefix.to_owned() + &"A1".repeat(length / 2)
    }

    fn private_key(label: &str, line_break: &str) -> String {
        let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC".repeat(2);
        format!("-----BEGIN {label}PRIVATE KEY-----{line_break}{body}")
    }

    #[test]
    fn secrets_are_found_by_their_exact_form() {
        for (text, what) in [
            (token("AKIA", 16), Some("an AWS access key")),
            (token("ghp_", 36), Some("a GitHub token")),
            (token("ghs_", 36), Some("a GitHub token")),
            (token("github_pat_", 82), Some("a GitHub token")),
            (token("npm_", 36), Some("an npm token")),
            (token("xoxb-", 20), Some("a Slack token")),
            (private_key("", "\n"), Some("a private key")),
            (private_key("RSA ", "\r\n"), Some("a private key")),
            (private_key("OPENSSH ", "\\n"), Some("a private key")),
            (private_key("ENCRYPTED ", "\n"), Some("a private key")),
            (token("AKIA", 14), None),
            (token("AKIA", 18), None),
            (token("npm_", 34), None),
            (token("ghp_", 38), None),
            (token("xoxb-", 8), None),
            ("npm_config_registry".to_owned(), None),
            (token("hash1AKIA", 16), None),
            (private_key("", "\" + body"), None),
            ("-----BEGIN PRIVATE KEY-----\n\", \"\")".to_owned(), None),
            (
                "-----BEGIN PUBLIC KEY-----\n".to_owned() + &"A".repeat(64),
                None,
            ),
        ] {
            let text = format!("first line\nkey = \"{text}\";\n");
            let found = problems("ui/index.js", &text, &[]);
            match what {
                Some(what) => {
                    let expected = format!("looks like {what} in line 2");
                    assert!(found[0].1.contains(&expected), "{text}: {found:?}");
                    assert_eq!((found[0].0, found.len()), ("secret", 1));
                }
                None => assert_eq!(found, [], "{text}"),
            }
        }
    }

    #[test]
    fn the_message_does_not_repeat_the_secret() {
        let token = token("ghp_", 36);
        let found = problems("ui/index.js", &token, &[]);
        assert!(!format!("{found:?}").contains(&token), "{found:?}");
    }

    #[test]
    fn binary_files_and_programs_are_not_searched() {
        let token = token("ghp_", 36);
        assert_eq!(problems("assets/a.bin", &format!("\0{token}"), &[]), []);
        assert_eq!(problems("background/bin/linux-x64/a", &token, &[]), []);
        assert_eq!(problems("background/bindings.js", &token, &[]).len(), 1);
    }

    #[test]
    fn files_of_environment_variables_are_named() {
        for (path, is_found) in [
            (".env", true),
            ("ui/.env.production", true),
            ("ui/.ENV", true),
            ("ui/.envrc-example", false),
            ("ui/env.js", false),
        ] {
            let found = problems(path, "", &[]);
            let names: Vec<_> = found.iter().map(|(name, _)| *name).collect();
            assert_eq!(names.contains(&"env-file"), is_found, "{path}");
        }
    }

    #[test]
    fn a_waiver_needs_a_reason_and_a_finding() {
        let waiver = |path: &str, reason: &str| Waiver {
            path: path.to_owned(),
            reason: reason.to_owned(),
        };
        let names = |waivers: &[Waiver]| {
            let found = problems("ui/.env", "", waivers).into_iter();
            found.map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(names(&[waiver("ui/.env", "public addresses")]), [""; 0]);
        assert_eq!(names(&[waiver("ui/.env", " ")]), ["waiver-without-reason"]);
        assert_eq!(
            names(&[waiver(".env", "public addresses")]),
            ["env-file", "unused-waiver"]
        );
    }
}
