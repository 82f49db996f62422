use crate::{
    context::text_field, js_regex::RegexBudget, model::SettingType, quote::quote_source,
    rules::prelude::*, syntax::json_text,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for text settings whose `pattern` is written between slashes, as in JavaScript code. If the default matches
    /// the pattern with the slashes, they are taken for a part of it.
    ///
    /// ## Why is this bad?
    ///
    /// In a manifest, the pattern is the text between the slashes. With them, it matches only texts that contain slashes
    /// themselves, so that no input is accepted. There are no flags: for `i`, write both cases, such as `[a-zA-Z]`.
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

/// The flags of JavaScript.
const FLAGS: &str = "dgimsuvy";

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
                format!("the pattern {} is written between slashes", quote(&pattern.value)),
            )
            .note("in a manifest, the slashes are a part of the pattern, so that a text without them does not match");
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

/// The pattern between two slashes, with its escaped slashes unescaped, and the flags after the second one.
fn split_delimiters(pattern: &str) -> Option<(String, &str)> {
    let (inside, flags) = pattern.strip_prefix('/')?.rsplit_once('/')?;
    let is_flag = |char: char| FLAGS.contains(char);
    let backslashes = inside.len() - inside.trim_end_matches('\\').len();
    let is_closed = backslashes.is_multiple_of(2);
    // Another slash in the middle would end the pattern in JavaScript, so that this is a path.
    let has_slash = inside.replace("\\/", "").contains('/');
    (is_closed && !inside.is_empty() && !has_slash && flags.chars().all(is_flag))
        .then(|| (inside.replace("\\/", "/"), flags))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_delimited_by_the_first_and_the_last_slash() {
        for (pattern, expected) in [
            ("/^a$/", Some(("^a$", ""))),
            ("/a/gi", Some(("a", "gi"))),
            (r"/a\/b/", Some(("a/b", ""))),
            ("//", None),
            ("/", None),
            ("a/b", None),
            ("/api/v1/", None),
            (r"/a\/", None),
            ("/home/me", None),
            ("", None),
        ] {
            let split = split_delimiters(pattern);
            let split = split
                .as_ref()
                .map(|(inside, flags)| (inside.as_str(), *flags));
            assert_eq!(split, expected, "{pattern}");
        }
    }
}
