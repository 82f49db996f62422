use crate::{
    context::text_field,
    js_regex::{RegexBudget, split_delimiters},
    model::SettingType,
    quote::quote_source,
    rules::prelude::*,
    syntax::json_text,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for text settings whose `pattern` is written between slashes, as in JavaScript code. If the default matches
    /// the pattern with the slashes, they are taken for a part of it.
    ///
    /// ## Why is this bad?
    ///
    /// In a manifest, the pattern is the text between the slashes. With them, it asks for slashes in the text, so that
    /// most input is refused. There are no flags: for `i`, write both cases, such as `[a-zA-Z]`.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "icao", "name": "Airport", "type": "text", "scope": "user", "pattern": "/^[A-Z]{4}$/" }
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
    "delimited-pattern" {
        summary: "the pattern of a setting is written between slashes",
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

/// Flags that do not change whether a single text matches. `y` does: the match has to begin at the start of the text.
const NEUTRAL_FLAGS: &str = "dguv";

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let mut patterns = RegexBudget::new();
    for setting in cx.settings_of_type(&[SettingType::Text]) {
        let Some(pattern) = text_field(setting.object, "pattern") else {
            continue;
        };
        let Some((inside, flags)) = split_delimiters(&pattern.value) else {
            continue;
        };
        let default = text_field(setting.object, "default");
        let is_meant =
            default.is_some_and(|default| !patterns.rejects(&pattern.value, &default.value));
        if is_meant {
            continue;
        }
        let finding = cx
            .finding(
                span(pattern),
                format!(
                    "the pattern {} is written between slashes",
                    quote(&pattern.value)
                ),
            )
            .note("in a manifest, the slashes are a part of the pattern");
        let written = quote_source(&format!("\"pattern\": {}", json_text(&inside)));
        let lost: String = flags
            .chars()
            .filter(|flag| !NEUTRAL_FLAGS.contains(*flag))
            .collect();
        out.push(match lost.as_str() {
            "" => finding
                .help(format!("write {written}"))
                .unsafe_fix([Edit::set_text(pattern, &inside)]),
            "i" => finding.help(format!(
                "write {written}, and both cases where they matter, such as `[a-zA-Z]`: there is no flag `i`"
            )),
            _ => finding.help(format!("write {written}; there are no flags such as {}", quote(&lost))),
        });
    }
}
