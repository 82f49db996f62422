use crate::{context::text_field, js_regex::RegexBudget, model::SettingType, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for text settings whose `pattern` is not a JavaScript regular expression, with any flags. Patterns of
    /// more than 500 bytes are skipped.
    ///
    /// ## Why is this bad?
    ///
    /// The documentation calls the pattern a regular expression. The shell is a JavaScript program, where `new RegExp`
    /// throws an error for an invalid pattern, and HTML forms ignore it and accept any text. `(?P<name>...)`, `(?i)`
    /// and other syntax of Python or Rust is invalid in JavaScript. This is a warning, since newer versions of
    /// JavaScript accept more.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "icao", "name": "Airport", "type": "text", "scope": "user", "pattern": "^[A-Z{4}$" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "icao", "name": "Airport", "type": "text", "scope": "user", "pattern": "^[A-Z]{4}$" }
    ///   ]
    /// }
    /// ```
    "invalid-pattern" {
        summary: "the pattern of a setting is not a regular expression",
        group: Suspicious,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let mut patterns = RegexBudget::new();
    for setting in cx.settings_of_type(&[SettingType::Text]) {
        let Some(pattern) = text_field(setting.object, "pattern") else {
            continue;
        };
        if let Some(fault) = patterns.compile_error(&pattern.value) {
            let finding = cx.finding(
                span(pattern),
                format!(
                    "{} is not a JavaScript regular expression",
                    quote(&pattern.value)
                ),
            );
            out.push(match common_mistake(&pattern.value) {
                Some((note, help)) => finding.note(note).help(help),
                None => finding
                    .note(format!("it cannot be parsed: {}", fault.to_lowercase()))
                    .help("try `new RegExp(\"...\")` in a browser console; in JSON, `\\` is written `\\\\`"),
            });
        }
    }
}

/// The note and help for syntax of other languages, and for a repetition at the start.
fn common_mistake(pattern: &str) -> Option<(String, String)> {
    if let Some((_, named)) = pattern.split_once("(?P<") {
        let name = named.split('>').next().unwrap_or_default();
        let shown = quote(&format!("(?<{name}>...)"));
        return Some((
            "the group is named in Python's syntax".to_owned(),
            format!("write {shown}, without the `P`"),
        ));
    }
    if let Some((_, flags)) = pattern.split_once("(?")
        && let Some((flags, _)) = flags.split_once(')')
        && !flags.is_empty()
        && flags.chars().all(|char| char.is_ascii_lowercase())
    {
        return Some((
            format!(
                "JavaScript has no flags such as {} inside a pattern",
                quote(&format!("(?{flags})"))
            ),
            "remove it, and write both cases where they matter: `[a-zA-Z]`".to_owned(),
        ));
    }
    let first = pattern
        .chars()
        .next()
        .filter(|char| matches!(char, '*' | '+' | '?'))?;
    Some((
        format!("there is nothing before `{first}` to repeat"),
        format!("write `.{first}` for any text, or `\\\\{first}` for the character itself"),
    ))
}
