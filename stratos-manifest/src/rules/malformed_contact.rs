use crate::{
    diagnostic::Diagnostic,
    quote::quote,
    reading::{find, span, string_value},
    rule::declare_rule,
    rules::RuleContext,
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

fn check(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let contact = cx
        .value
        .and_then(|value| find(value.as_object()?, "author"))
        .and_then(|author| find(author.value.as_object()?, "contact"));
    let Some(contact) = contact else { return };
    let Some(address) = string_value(&contact.value).filter(|text| !looks_like_address(text))
    else {
        return;
    };
    let message = match address.trim() {
        "" => "`author.contact` is empty".to_owned(),
        _ => format!("{} is not an e-mail address", quote(address)),
    };
    out.push(
        cx.finding(span(&contact.value), message)
            .note("`author.contact` is the address that people write to")
            .help("write it like `me@example.com`, or leave the field out"),
    );
}

/// What every address has; which of those exist is not for a linter to know.
fn looks_like_address(text: &str) -> bool {
    let is_plain = !text
        .chars()
        .any(|char| char.is_whitespace() || char.is_control());
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
        ] {
            assert!(!looks_like_address(text), "{text}");
        }
    }
}
