use jsonc_parser::ast::StringLit;

use crate::{
    context::{RuleContext, tagged_version},
    diagnostic::Findings,
    quote::quote,
    reading::span,
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds texts that were left over from a template or an example: `TODO`, `Lorem ipsum ...`, `<your name>`,
    /// `your-plugin-id`, `me@example.com`, `https://example.com`. Only whole texts are meant, not words in them.
    ///
    /// What `cargo stratos new` writes where nobody says better, and a plugin that is called `my-plugin` or `My
    /// plugin`, are fine until there is a release: they are found when the commit has a git tag with a version.
    ///
    /// ## Why is this bad?
    ///
    /// People see them in the shell's list of plugins. An id cannot be changed after a release, since everything that
    /// was stored is known by it.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "name": "Plugin name", "description": "TODO" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "name": "Fuel check", "description": "Compares the planned with the loaded fuel." }
    /// ```
    "placeholder-text" {
        summary: "a text of a template that was not replaced",
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
        depends_on_run: true,
    }
}

/// Texts by the field they stand in, in lower case. A real plugin or author may be called by few of them.
const LEFT_OVER: [(&[&str], &[&str]); 6] = [
    (
        &["id"],
        &[
            "changeme",
            "change-me",
            "plugin-id",
            "plugin-name",
            "your-plugin",
            "your-plugin-id",
            "your-plugin-name",
            "my-plugin-id",
        ],
    ),
    (
        &["name"],
        &[
            "plugin name",
            "your plugin",
            "your plugin name",
            "my plugin name",
            "untitled",
        ],
    ),
    (
        &["description"],
        &[
            "description",
            "plugin description",
            "your description",
            "your plugin description",
            "what it does",
            "description of the plugin",
            "a short description",
            "a brief description",
        ],
    ),
    (
        &["author", "id"],
        &[
            "changeme",
            "change-me",
            "author-id",
            "your-id",
            "your-author-id",
            "your-username",
        ],
    ),
    (&["author", "name"], &["author", "author name"]),
    (
        &["author", "contact"],
        &[
            "email@example.com",
            "me@example.com",
            "name@example.com",
            "user@example.com",
            "you@example.com",
            "your@email.com",
            "your-email@example.com",
            "your.email@example.com",
        ],
    ),
];

/// What a new plugin has, and what our own messages write as an example.
const NEW: [(&[&str], &[&str]); 5] = [
    (&["id"], &["my-plugin"]),
    (&["name"], &["my plugin"]),
    (
        &["description"],
        &["a stratos plugin", "what the plugin does"],
    ),
    (&["author", "id"], &["your-name", "my-name"]),
    (&["author", "name"], &["your name", "my name"]),
];

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let mut report = |path: &str, text: &StringLit<'_>, why| {
        out.push(
            cx.finding(
                span(text),
                format!("{} is still {}", quote(path), quote(&text.value)),
            )
            .note(why)
            .help(help(path)),
        );
    };
    for (path, text) in found_in(cx, &LEFT_OVER) {
        report(
            &path,
            text,
            "it was left over from a template or an example",
        );
    }
    if let Some(text) = cx
        .text_at(&["homepage"])
        .filter(|text| is_example_page(&text.value))
    {
        report("homepage", text, "that page is for examples only");
    }
    for (path, text) in cx.displayed_texts() {
        // It is the very sense of a placeholder, and a label may be the word for something to do.
        let is_free = path.ends_with("placeholder") || path.ends_with("label");
        if !is_free && is_note_to_self(&text.value) {
            report(&path, text, "people read it where the plugin is shown");
        }
    }
    if is_released(cx) {
        for (path, text) in found_in(cx, &NEW) {
            report(
                &path,
                text,
                "this commit is tagged as a version, and new plugins have this text",
            );
        }
    }
}

/// The fields whose whole text is one of their words.
fn found_in<'t>(
    cx: &RuleContext<'t>,
    words: &'static [(&[&str], &[&str])],
) -> impl Iterator<Item = (String, &'t StringLit<'t>)> {
    words.iter().filter_map(|(path, words)| {
        let text = cx.text_at(path)?;
        is_one_of(text, words).then(|| (path.join("."), text))
    })
}

fn help(path: &str) -> &'static str {
    match path {
        "id" => "choose the plugin's own id now: after a release it cannot be changed",
        "author.id" | "author.name" => "say who makes the plugin",
        "author.contact" => "write an address that somebody reads, or leave the field out",
        "homepage" => "write the address of the plugin's page, or leave the field out",
        _ => "write what people are to read",
    }
}

fn is_one_of(text: &StringLit<'_>, words: &[&str]) -> bool {
    let text = text
        .value
        .trim()
        .trim_end_matches(['.', '…'])
        .to_lowercase();
    words.contains(&text.as_str())
}

/// What stands where somebody meant to write something else, in whatever field.
fn is_note_to_self(text: &str) -> bool {
    let text = text.trim();
    let is_bracketed = [("<", ">"), ("{{", "}}")].iter().any(|(open, close)| {
        let inside = text
            .strip_prefix(open)
            .and_then(|text| text.strip_suffix(close));
        inside.is_some_and(|inside| !inside.contains(['<', '>', '{', '}']))
    });
    let lower = text.to_lowercase();
    is_bracketed
        || ["TODO", "FIXME", "TBD", "XXX"].contains(&text)
        || text.starts_with("TODO:")
        || text.starts_with("FIXME:")
        || ["changeme", "change me", "replace me", "placeholder"].contains(&lower.as_str())
        || lower.starts_with("lorem ipsum")
}

fn is_example_page(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let host = host.map(|host| host.trim_end_matches('/').trim_start_matches("www."));
    host.is_some_and(|host| ["example.com", "example.net", "example.org"].contains(&host))
}

fn is_released(cx: &RuleContext<'_>) -> bool {
    let id = cx.id().map_or("", |id| &id.value);
    cx.facts
        .tags
        .iter()
        .any(|tag| tagged_version(tag, id).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_whole_texts() {
        for text in [
            "TODO",
            "TODO: say it",
            "<your name>",
            "{{name}}",
            "Lorem ipsum dolor",
            "ChangeMe",
        ] {
            assert!(is_note_to_self(text), "{text}");
        }
        for text in [
            "Todo",
            "Todo list",
            "Lists every TODO",
            "<b> and <i>",
            "a < b > c",
            "<<>>",
        ] {
            assert!(!is_note_to_self(text), "{text}");
        }
    }

    #[test]
    fn example_pages_are_whole_addresses() {
        assert!(is_example_page("https://www.example.com/"));
        for text in [
            "https://example.com/fuel-check",
            "example.com",
            "https://my-example.com",
        ] {
            assert!(!is_example_page(text), "{text}");
        }
    }
}
