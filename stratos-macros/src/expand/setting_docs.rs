//! Doc comments of settings, with the texts of the manifest.

use stratos_manifest::SettingScope;

use crate::model::{SettingAccessor, SettingKind};

/// Writes the doc comment of an accessor, line by line.
pub(super) fn setting_docs(accessor: &SettingAccessor<'_>) -> Vec<String> {
    let setting = &accessor.declaration.setting;
    let mut docs = vec![format!(
        " {} ({}).",
        escape_markdown(&setting.name),
        code_span(&setting.key)
    )];
    if let Some(description) = &setting.description {
        docs.extend([String::new(), format!(" {}", escape_markdown(description))]);
    }
    docs.push(String::new());
    let by = match setting.scope {
        SettingScope::User => "Set by the pilot",
        SettingScope::Airline => "Set by the airline",
    };
    docs.push(match &setting.default {
        Some(default) => {
            let default = code_span(&default.to_string());
            format!(" {by}; {default} if it is not set.")
        }
        None => format!(" {by}; `None` if it is not set."),
    });
    if matches!(accessor.kind, SettingKind::Number) {
        let reason = " An `f64`; with a whole `step` and whole limits in the manifest, an `i64`.";
        docs.extend([String::new(), reason.to_owned()]);
    }
    docs
}

/// Escapes text so that Markdown shows it literally: no links, no HTML, and no doctest of an indented line.
pub(super) fn escape_markdown(text: &str) -> String {
    let mut escaped = String::new();
    for char in single_line(text).chars() {
        escaped.extend(char.is_ascii_punctuation().then_some('\\'));
        escaped.push(char);
    }
    escaped
}

/// Writes text as a code span of Markdown, with a fence longer than each run of backticks in the text.
pub(super) fn code_span(text: &str) -> String {
    let text = single_line(text);
    let runs = text.split(|char| char != '`').map(str::len);
    match runs.max().unwrap_or_default() {
        0 if !text.is_empty() => format!("`{text}`"),
        longest => {
            let fence = "`".repeat(longest + 1);
            format!("{fence} {text} {fence}")
        }
    }
}

/// Replaces each run of whitespace by one space, as Markdown does when it renders text.
fn single_line(text: &str) -> String {
    let words: Vec<_> = text.split_ascii_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_manifest_are_escaped_in_doc_comments() {
        let text = "a `b`\n\n    let [c] = 1;";
        assert_eq!(escape_markdown(text), r"a \`b\` let \[c\] \= 1\;");
        for (text, expected) in [
            ("kg", "`kg`"),
            ("a\n\n    b", "`a b`"),
            ("", "`  `"),
            ("`", "`` ` ``"),
            ("a``b`<i>", "``` a``b`<i> ```"),
        ] {
            assert_eq!(code_span(text), expected, "{text:?}");
        }
    }
}
