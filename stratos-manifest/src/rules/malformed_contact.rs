use crate::rules::prelude::*;

declare_rule! {
    /// ## What it does
    ///
    /// Checks for an `author.contact` that is not an e-mail address.
    ///
    /// ## Why is this bad?
    ///
    /// The documentation requires an e-mail address, and it may be the only way to reach the author.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "author": { "id": "jane-doe", "name": "Jane Doe", "contact": "@jane" } }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "author": { "id": "jane-doe", "name": "Jane Doe", "contact": "jane@example.com" } }
    /// ```
    "malformed-contact" {
        summary: "the author's contact is not an e-mail address",
        group: Suspicious,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let contact = cx
        .root()
        .and_then(|root| find(root, "author"))
        .and_then(|author| {
            find(author.value.as_object()?, "contact")?
                .value
                .as_string_lit()
        });
    let Some(contact) = contact.filter(|contact| !looks_like_address(&contact.value)) else {
        return;
    };
    let message = match contact.value.trim() {
        "" => "`author.contact` is empty".to_owned(),
        _ => format!("{} is not an e-mail address", quote(&contact.value)),
    };
    let finding = cx
        .finding(span(contact), message)
        .note("`author.contact` is the e-mail address of the author");
    out.push(match suggested_address(&contact.value) {
        Some((address, safety)) => finding
            .help(format!("write {}", quote(address)))
            .fix(safety, [Edit::set_text(contact, address)]),
        None => finding.help("write it like `jane@fleet.example`, or leave the field out"),
    });
}

/// The address in a `mailto:` link, or after a name as in `Jane <jane@example.com>`.
fn suggested_address(text: &str) -> Option<(&str, Safety)> {
    let text = text.trim();
    let start = text.get(..SCHEME.len());
    let address = match start.is_some_and(|start| start.eq_ignore_ascii_case(SCHEME)) {
        true => text[SCHEME.len()..].trim_start(),
        false => text,
    };
    if looks_like_address(address) {
        return Some((address, Safety::Safe));
    }
    let (_, named) = address.split_once('<')?;
    let named = named.strip_suffix('>')?;
    looks_like_address(named).then_some((named, Safety::Unsafe))
}

const SCHEME: &str = "mailto:";

/// Whether the text has the form of an e-mail address.
fn looks_like_address(text: &str) -> bool {
    let is_plain = !text
        .chars()
        .any(|char| char.is_whitespace() || char.is_control() || "<>:".contains(char));
    let parts = text.rsplit_once('@');
    is_plain
        && parts.is_some_and(|(name, host)| {
            !name.is_empty()
                && host.split('.').count() > 1
                && host.split('.').all(|label| !label.is_empty())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_a_host() {
        for text in [
            "a@b.c",
            "first.last+tag@mail.example.com",
            "\"odd@name\"@example.com",
        ] {
            assert!(looks_like_address(text), "{text}");
        }
        for text in [
            "",
            "a",
            "@b.c",
            "a@b",
            "a@b.",
            "a@.c",
            "a b@c.d",
            "a@b.c\n",
            "https://b.c",
            "mailto:a@b.c",
            "<a@b.c>",
        ] {
            assert!(!looks_like_address(text), "{text}");
        }
    }

    #[test]
    fn an_address_is_found_in_a_link_and_after_a_name() {
        for (text, expected) in [
            ("mailto:a@b.c", Some(("a@b.c", Safety::Safe))),
            (" MailTo: a@b.c\n", Some(("a@b.c", Safety::Safe))),
            ("Jane <a@b.c>", Some(("a@b.c", Safety::Unsafe))),
            ("a@b.c, d@e.f", None),
            ("größe", None),
            ("", None),
        ] {
            assert_eq!(suggested_address(text), expected, "{text}");
        }
    }
}
