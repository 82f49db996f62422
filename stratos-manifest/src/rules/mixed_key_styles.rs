use std::fmt;

use jsonc_parser::ast::StringLit;

use crate::{context::text_field, quote::join_first, rules::prelude::*, syntax::find_text};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for settings whose keys separate words in different ways: `fuel_unit` beside `fuelUnit` or `fuel-unit`.
    /// Keys of a single word fit every style.
    ///
    /// ## Why is this bad?
    ///
    /// Code asks for a setting by its key, as a string, and gets nothing for a misspelled one. A key in another style
    /// than the rest is easily misspelled.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "fuel_unit", "name": "Fuel unit", "type": "text", "scope": "user" },
    ///     { "key": "homeBase", "name": "Home base", "type": "text", "scope": "user" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "fuel_unit", "name": "Fuel unit", "type": "text", "scope": "user" },
    ///     { "key": "home_base", "name": "Home base", "type": "text", "scope": "user" }
    ///   ]
    /// }
    /// ```
    "mixed-key-styles" {
        summary: "the keys of the settings are written in different styles",
        group: Style,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

/// The number of other keys that the finding points at.
const MAX_RELATED: usize = 10;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Snake,
    Camel,
    Kebab,
}

/// Reports one finding, without a fix: the author decides which style the keys should have.
fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let keys: Vec<(&StringLit<'_>, Style)> = cx
        .settings()
        .filter_map(|setting| text_field(setting.object, "key"))
        .filter_map(|key| Some((key, style(&key.value)?)))
        .collect();
    let mut counts = [0_usize; 3];
    for (_, style) in &keys {
        counts[*style as usize] += 1;
    }
    // The most frequent style; of equally frequent ones, the first in the file.
    let Some(usual) = keys
        .iter()
        .map(|(_, style)| *style)
        .rev()
        .max_by_key(|style| counts[*style as usize])
    else {
        return;
    };
    let odd: Vec<_> = keys.iter().filter(|(_, style)| *style != usual).collect();
    let Some((first, style)) = odd.first() else {
        return;
    };
    let message = match odd.len() {
        1 => format!(
            "the key {} is in {style}, but other keys are in {usual}",
            quote(&first.value)
        ),
        _ => format!(
            "unlike other keys, {} are not in {usual}",
            join_first(odd.iter().map(|(key, _)| quote(&key.value)))
        ),
    };
    let is_taken = |wanted: &str| {
        cx.settings()
            .any(|setting| find_text(setting.object, "key") == Some(wanted))
    };
    let mut renamed = odd
        .iter()
        .take(MAX_RELATED)
        .map(|(key, _)| usual.convert(&key.value));
    let help = match renamed.find(|wanted| is_taken(wanted)) {
        Some(taken) => format!(
            "write all keys in {usual}; {} already exists, so one of the two needs another name",
            quote(&taken)
        ),
        None => {
            format!(
                "write all keys in {usual}, unless values are already stored under the old keys"
            )
        }
    };
    let mut finding = cx
        .finding(span(*first), message)
        .note("code asks for a setting by its key, and gets nothing for one that is spelled differently")
        .help(help);
    for (key, style) in odd.iter().skip(1).take(MAX_RELATED) {
        finding = finding.related(span(*key), format!("this key is in {style}"));
    }
    out.push(finding);
}

impl Style {
    /// Converts a key to this style.
    fn convert(self, key: &str) -> String {
        let mut written = String::with_capacity(key.len() + 4);
        let mut starts_word = false;
        for char in key.chars() {
            if matches!(char, '_' | '-') {
                starts_word = true;
                continue;
            }
            starts_word |= char.is_ascii_uppercase();
            match (starts_word && !written.is_empty(), self) {
                (false, _) => written.push(char.to_ascii_lowercase()),
                (true, Self::Camel) => written.push(char.to_ascii_uppercase()),
                (true, Self::Snake) => written.extend(['_', char.to_ascii_lowercase()]),
                (true, Self::Kebab) => written.extend(['-', char.to_ascii_lowercase()]),
            }
            starts_word = false;
        }
        written
    }
}

/// The style of a key; `None` for a single word, and for mixed styles.
fn style(key: &str) -> Option<Style> {
    let has = |is: fn(char) -> bool| key.contains(is);
    let starts_low = key.starts_with(|char: char| char.is_ascii_lowercase());
    let is_plain = key
        .chars()
        .all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-'));
    if !is_plain || !starts_low {
        return None;
    }
    match (
        has(|char| char == '_'),
        has(|char| char.is_ascii_uppercase()),
        has(|char| char == '-'),
    ) {
        (true, false, false) => Some(Style::Snake),
        (false, true, false) => Some(Style::Camel),
        (false, false, true) => Some(Style::Kebab),
        _ => None,
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Snake => "`snake_case`",
            Self::Camel => "`camelCase`",
            Self::Kebab => "`kebab-case`",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_converted_between_styles() {
        for key in ["home_base", "homeBase", "home-base"] {
            let styled = [Style::Snake, Style::Camel, Style::Kebab].map(|style| style.convert(key));
            assert_eq!(styled, ["home_base", "homeBase", "home-base"]);
        }
    }
}
