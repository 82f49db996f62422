use crate::{
    context::RuleContext,
    diagnostic::Findings,
    fix::{Edit, Safety},
    quote::quote,
    reading::{find, span},
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds an `author.contact` that does not look like an e-mail address.
    ///
    /// ## Why is this bad?
    ///
    /// The documentation says that it is one, and people may have nothing else to reach the author by.
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
        .value
        .and_then(|value| find(value.as_object()?, "author"))
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
        .note("`author.contact` is the address that people write to");
    out.push(match nearest(&contact.value) {
        Some((address, safety)) => {
            let finding = finding.help(format!("write {}", quote(address)));
            let edit = Edit::set_text(contact, address);
            match safety {
                Safety::Safe => finding.safe_fix([edit]),
                Safety::Unsafe => finding.unsafe_fix([edit]),
            }
        }
        None => finding.help("write it like `jane@fleet.example`, or leave the field out"),
    });
}

/// The address in what is around it: spaces and a link's scheme, or the author's name.
fn nearest(text: &str) -> Option<(&str, Safety)> {
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

/// What every address has; which of those exist is not for a linter to know.
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
    fn addresses_have_a_name_and_a_host() {
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
    fn finds_the_address_in_what_people_write() {
        for (text, expected) in [
            ("mailto:a@b.c", Some(("a@b.c", Safety::Safe))),
            (" MailTo: a@b.c\n", Some(("a@b.c", Safety::Safe))),
            ("Jane <a@b.c>", Some(("a@b.c", Safety::Unsafe))),
            ("a@b.c, d@e.f", None),
            ("größe", None),
            ("", None),
        ] {
            assert_eq!(nearest(text), expected, "{text}");
        }
    }
}
