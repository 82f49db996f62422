use crate::{
    context::{RuleContext, setting_type, text_field},
    diagnostic::Findings,
    model::SettingType,
    pattern::Patterns,
    quote::quote,
    reading::span,
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds text settings whose `pattern` is not a regular expression of JavaScript, with any of its flags. Patterns
    /// of more than 500 bytes are not looked at.
    ///
    /// ## Why is this bad?
    ///
    /// The documentation calls it a regular expression. The shell is a program in JavaScript, where `new RegExp` throws
    /// an error for one that is broken, and browsers ignore it, so that any text is accepted. `(?P<name>...)`, `(?i)`
    /// and other things that Python and Rust know are errors there. It is a warning, since newer versions of JavaScript
    /// understand more.
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
    let mut patterns = Patterns::new();
    for setting in cx.settings() {
        if setting_type(setting) != Some(SettingType::Text) {
            continue;
        }
        let Some(pattern) = text_field(setting.object, "pattern") else {
            continue;
        };
        if let Some(fault) = patterns.fault(&pattern.value) {
            let finding = cx.finding(
                span(pattern),
                format!(
                    "{} is not a regular expression of JavaScript",
                    quote(&pattern.value)
                ),
            );
            out.push(match known(&pattern.value) {
                Some((note, help)) => finding.note(note).help(help),
                None => finding
                    .note(format!("it cannot be read: {}", fault.to_lowercase()))
                    .help("try `new RegExp(\"...\")` in the console of a browser, and remember that JSON wants `\\\\` for `\\`"),
            });
        }
    }
}

/// What other languages have, and what people take for one.
fn known(pattern: &str) -> Option<(String, String)> {
    if let Some((_, named)) = pattern.split_once("(?P<") {
        let name = named.split('>').next().unwrap_or_default();
        let shown = quote(&format!("(?<{name}>...)"));
        return Some((
            "it names a group as Python does".to_owned(),
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
                "flags such as {} do not exist inside a pattern",
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
        format!("there is nothing before `{first}` that it could repeat"),
        format!("write `.{first}` for any text, or `\\\\{first}` for the character itself"),
    ))
}
