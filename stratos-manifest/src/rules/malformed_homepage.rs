use jsonc_parser::ast::{Object, ObjectProp, Value};

use crate::{
    context::RuleContext,
    diagnostic::{Diagnostic, Findings},
    fix::{Edit, Safety},
    invisible::invisible_characters,
    quote::quote,
    reading::{article, find, head, span},
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds a `homepage` that is not the address of a web page.
    ///
    /// ## Why is this bad?
    ///
    /// It is opened in a browser, which needs an address with `https://` or `http://` in front. The field stands in no
    /// documentation; published plugins have it with such an address.
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
    let Some(root) = cx.value.and_then(|value| value.as_object()) else {
        return;
    };
    let Some(property) = find(root, "homepage") else {
        return;
    };
    let Some(homepage) = property.value.as_string_lit() else {
        out.push(no_text(cx, root, property));
        return;
    };
    if is_web_address(&homepage.value) {
        return;
    }
    let message = match homepage.value.trim() {
        "" => "`homepage` is empty".to_owned(),
        _ => format!(
            "{} is not the address of a web page",
            quote(&homepage.value)
        ),
    };
    let finding = cx
        .finding(span(homepage), message)
        .note("write the whole address from `https://` on, so that a browser can open it");
    out.push(match nearest(&homepage.value) {
        Some((address, safety)) => {
            let finding = finding.help(format!("write {}", quote(&address)));
            let edit = Edit::set_text(homepage, &address);
            match safety {
                Safety::Safe => finding.safe_fix([edit]),
                Safety::Unsafe => finding.unsafe_fix([edit]),
            }
        }
        None => finding
            .help("write it like `https://github.com/jane-doe/fuel-check`, or leave the field out"),
    });
}

/// No document knows the field, so that this is not for `wrong-type`, which finds errors.
fn no_text(cx: &RuleContext<'_>, root: &Object<'_>, property: &ObjectProp<'_>) -> Diagnostic {
    let value = &property.value;
    let message = format!("`homepage` has to be text, but this is {}", article(value));
    let finding = cx
        .finding(head(value), message)
        .note("published plugins have the address of a web page there")
        .help("leave the field out, or write it like `\"homepage\": \"https://fleet.example\"`");
    let removal = matches!(value, Value::NullKeyword(_))
        .then(|| Edit::remove_property(cx.text, root, property));
    match removal.flatten() {
        Some(removal) => finding.safe_fix([removal]),
        None => finding,
    }
}

/// Whether a browser opens it on somebody else's computer, as far as its form tells.
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

/// The address that was meant, if it is one after all, without its scheme, or one for git.
fn nearest(text: &str) -> Option<(String, Safety)> {
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
    fn web_addresses_have_a_scheme_and_a_host() {
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
    fn repairs_what_people_write() {
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
            assert_eq!(nearest(text), expected, "{text}");
        }
    }
}
