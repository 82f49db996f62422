use jsonc_parser::ast::{Object, ObjectProp, Value};

use crate::{invisible::invisible_characters, rules::prelude::*, syntax::describe_kind};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for a `homepage` that is not a web address.
    ///
    /// ## Why is this bad?
    ///
    /// The page is opened in a browser, which needs an address with `https://` or `http://`. The field is not
    /// documented; published plugins have it with such an address.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "homepage": "github.com/jane-doe/fuel-check" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "homepage": "https://github.com/jane-doe/fuel-check" }
    /// ```
    "malformed-homepage" {
        summary: "the homepage is not a web address",
        group: Suspicious,
        stage: Manifest,
        source: Observed,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let Some(root) = cx.root() else {
        return;
    };
    let Some(property) = find(root, "homepage") else {
        return;
    };
    let Some(homepage) = property.value.as_string_lit() else {
        out.push(not_text(cx, root, property));
        return;
    };
    if is_web_address(&homepage.value) {
        return;
    }
    let message = match homepage.value.trim() {
        "" => "`homepage` is empty".to_owned(),
        _ => format!("{} is not a web address", quote(&homepage.value)),
    };
    let finding = cx
        .finding(span(homepage), message)
        .note("a browser needs the whole address, starting with `https://`");
    out.push(match suggested_address(&homepage.value) {
        Some((address, safety)) => finding
            .help(format!("write {}", quote(&address)))
            .fix(safety, [Edit::set_text(homepage, &address)]),
        None => finding
            .help("write it like `https://github.com/jane-doe/fuel-check`, or leave the field out"),
    });
}

/// The finding for a value that is not text. `wrong-type` only checks documented fields.
fn not_text(cx: &RuleContext<'_>, root: &Object<'_>, property: &ObjectProp<'_>) -> Diagnostic {
    let value = &property.value;
    let message = format!(
        "`homepage` must be text, but this is {}",
        describe_kind(value)
    );
    let removal = matches!(value, Value::NullKeyword(_))
        .then(|| Edit::remove_property(cx.manifest.text, root, property));
    cx.finding(head_span(value), message)
        .note("published plugins have a web address there")
        .help("leave the field out, or write it like `\"homepage\": \"https://fleet.example\"`")
        .safe_fix(removal.flatten())
}

/// Whether the text has the form of an `http` or `https` address with a public host name.
fn is_web_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    };
    let is_plain =
        |char: char| !(char.is_whitespace() || char.is_control() || "<>\"{}|\\^`".contains(char));
    ["http", "https"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
        && text.chars().all(is_plain)
        && invisible_characters(text).is_empty()
        && host.contains('.')
        && !host.contains(['@', ':'])
        && host
            .trim_end_matches('.')
            .split('.')
            .all(|label| !label.is_empty())
}

/// The address without surrounding space, with the missing scheme, or the web page of a git repository's address.
fn suggested_address(text: &str) -> Option<(String, Safety)> {
    let trimmed = text.trim();
    if is_web_address(trimmed) {
        return Some((trimmed.to_owned(), Safety::Safe));
    }
    let page = trimmed.strip_prefix("git+").unwrap_or(trimmed);
    let page = match page.split_once("://") {
        Some(("http" | "https", _)) => page.to_owned(),
        Some(("git", rest)) => format!("https://{rest}"),
        Some(_) => return None,
        None => format!("https://{}", page.trim_start_matches('/')),
    };
    let page = page.strip_suffix(".git").unwrap_or(&page);
    is_web_address(page).then(|| (page.to_owned(), Safety::Unsafe))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_address_has_a_scheme_and_a_host() {
        for text in [
            "https://example.com",
            "HTTP://example.com:8080/a?b#c",
            "https://www.größe.example./a@b:c",
        ] {
            assert!(is_web_address(text), "{text}");
        }
        for text in [
            "",
            "example.com",
            "https://",
            "https://localhost",
            "https:///path.html",
            "https://a..b",
            "https://exam ple.com",
            "https://example.com/<id>",
            "https://example.com/\u{202e}",
            "https://user@example.com",
            "https://example.com:port",
            "ftp://example.com",
            "javascript:alert(1)",
            "mailto:me@example.com",
        ] {
            assert!(!is_web_address(text), "{text}");
        }
    }

    #[test]
    fn missing_schemes_and_git_addresses_are_corrected() {
        let page = "https://example.com/a";
        for (text, expected) in [
            (" https://example.com/a\n", Some((page, Safety::Safe))),
            ("example.com/a", Some((page, Safety::Unsafe))),
            ("//example.com/a", Some((page, Safety::Unsafe))),
            (
                "git+https://example.com/a.git",
                Some((page, Safety::Unsafe)),
            ),
            ("git://example.com/a.git", Some((page, Safety::Unsafe))),
            ("ftp://example.com/a", None),
            ("me@example.com", None),
            ("my page", None),
            ("", None),
        ] {
            let expected = expected.map(|(page, safety)| (page.to_owned(), safety));
            assert_eq!(suggested_address(text), expected, "{text}");
        }
    }
}
