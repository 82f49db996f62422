use jsonc_parser::ast::StringLit;

use crate::{context::tagged_version, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for texts left over from a template or an example: `TODO`, `Lorem ipsum ...`, `<your name>`,
    /// `your-plugin-id`, `me@example.com`, `https://example.com`. Only whole texts are compared, not words in them.
    ///
    /// The default texts of `cargo stratos new`, and a plugin called `my-plugin` or `My plugin`, are only reported when
    /// the commit has a git tag with a version.
    ///
    /// ## Why is this bad?
    ///
    /// People see these texts in the shell's list of plugins. The id cannot be changed after a release, since stored
    /// data is found by it.
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
        summary: "a text left over from a template",
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
        depends_on_run: true,
    }
}

/// Leftover texts by field, in lowercase. Real plugins and authors rarely use them.
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

/// The texts of a new plugin and of our own examples, by field, in lowercase.
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
    for (path, text) in matching_fields(cx, &LEFT_OVER) {
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
        report("homepage", text, "the domain is reserved for examples");
    }
    for (path, text) in cx.displayed_texts() {
        // The placeholder of a setting is one on purpose, and an option may have the label `TODO`.
        let is_allowed = path.ends_with("placeholder") || path.ends_with("label");
        if !is_allowed && is_placeholder(&text.value) {
            report(&path, text, "people see this text in the shell");
        }
    }
    if is_released(cx) {
        for (path, text) in matching_fields(cx, &NEW) {
            report(
                &path,
                text,
                "new plugins have this text, and this commit is tagged as a release",
            );
        }
    }
}

/// The fields whose whole text is one of the texts that `table` lists for them.
fn matching_fields<'t>(
    cx: &RuleContext<'t>,
    table: &'static [(&[&str], &[&str])],
) -> impl Iterator<Item = (String, &'t StringLit<'t>)> {
    table.iter().filter_map(|(path, texts)| {
        let text = cx.text_at(path)?;
        is_one_of(text, texts).then(|| (path.join("."), text))
    })
}

fn help(path: &str) -> &'static str {
    match path {
        "id" => "choose the plugin's own id now: after a release it cannot be changed",
        "author.id" | "author.name" => "write the author of the plugin",
        "author.contact" => "write a real address, or leave the field out",
        "homepage" => "write the address of the plugin's page, or leave the field out",
        _ => "write the final text",
    }
}

fn is_one_of(text: &StringLit<'_>, texts: &[&str]) -> bool {
    let text = text
        .value
        .trim()
        .trim_end_matches(['.', '…'])
        .to_lowercase();
    texts.contains(&text.as_str())
}

/// Whether the text is a placeholder in any field, such as `TODO` or `<your name>`.
fn is_placeholder(text: &str) -> bool {
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
    fn only_a_whole_text_is_a_placeholder() {
        for text in [
            "TODO",
            "TODO: say it",
            "<your name>",
            "{{name}}",
            "Lorem ipsum dolor",
            "ChangeMe",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "Todo",
            "Todo list",
            "Lists every TODO",
            "<b> and <i>",
            "a < b > c",
            "<<>>",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn only_a_whole_address_is_an_example_page() {
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
