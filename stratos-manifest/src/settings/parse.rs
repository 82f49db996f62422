//! TOML to settings.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    levels::{LevelError, Levels, RuleLevel},
    quote::quote,
    rules::RULES,
    settings::{CheckSettings, SettingsError},
    suggest::closest,
    suppress::Exception,
};

/// All sections of the file; those of others are theirs to read.
const SECTIONS: [&str; 4] = ["auth", "check", "dev", "env"];

const LEVELS: [(&str, RuleLevel); 3] = [
    ("allow", RuleLevel::Allow),
    ("warn", RuleLevel::Warn),
    ("deny", RuleLevel::Deny),
];

type Value<'t> = Spanned<DeValue<'t>>;

impl CheckSettings {
    /// Reads `[check]` of the text of a `stratos.toml`.
    ///
    /// # Errors
    ///
    /// When it is not TOML, or says something unknown.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let root = DeTable::parse(text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            SettingsError::new(span, error.message())
        })?;
        only_known(root.get_ref(), &SECTIONS)?;
        let mut settings = Self::default();
        let Some(check) = get(root.get_ref(), "check") else {
            return Ok(settings);
        };
        let check = table(check)?;
        only_known(check, &["exceptions", "levels"])?;
        if let Some(levels) = get(check, "levels") {
            for (name, level) in table(levels)? {
                settings
                    .levels
                    .push(level_of(name.get_ref(), name.span(), level)?);
            }
        }
        if let Some(exceptions) = get(check, "exceptions") {
            let array = exceptions.get_ref().as_array();
            let array = array.ok_or_else(|| wrong(exceptions, "an array of tables"))?;
            for exception in array.iter() {
                settings.exceptions.push(self::exception(exception)?);
            }
        }
        Ok(settings)
    }
}

fn level_of(
    name: &str,
    span: Range<usize>,
    value: &Value<'_>,
) -> Result<(String, RuleLevel), SettingsError> {
    let word = text(value)?;
    let known = LEVELS.into_iter().find(|(known, _)| *known == word);
    let Some((_, level)) = known else {
        let message = format!("{} is not a level", quote(word));
        return Err(
            SettingsError::new(value.span(), message).help("write `allow`, `warn` or `deny`")
        );
    };
    match Levels::default().set(name, level) {
        Ok(()) => Ok((name.to_owned(), level)),
        Err(LevelError::Unknown { name, similar }) => Err(unknown_rule(&name, similar, span)),
        Err(error @ LevelError::NeverAllowed(_)) => {
            Err(SettingsError::new(value.span(), error.to_string()))
        }
    }
}

fn exception(value: &Value<'_>) -> Result<Exception, SettingsError> {
    let table = table(value)?;
    only_known(table, &["at", "plugin", "reason", "rule"])?;
    let optional = |key| get(table, key).map(filled).transpose();
    let required = |key| {
        let missing = || {
            let message = format!("this exception has no `{key}`");
            SettingsError::new(value.span(), message)
        };
        get(table, key).ok_or_else(missing)
    };
    let named = required("rule")?;
    let id = text(named)?;
    let Some(rule) = RULES.iter().find(|rule| rule.id == id) else {
        let similar = closest(id, RULES.iter().map(|rule| rule.id));
        return Err(unknown_rule(id, similar, named.span()));
    };
    if !rule.stage.is_suppressible() {
        return Err(SettingsError::never_suppressed(rule, named.span()));
    }
    let reason = required("reason").map_err(|error| {
        error.help("say why it is right as it is, such as `reason = \"read by our own tool\"`")
    })?;
    Ok(Exception {
        rule: rule.id,
        at: optional("at")?,
        plugin: optional("plugin")?,
        reason: filled(reason)?,
        span: named.span(),
    })
}

fn unknown_rule(name: &str, similar: Option<&str>, span: Range<usize>) -> SettingsError {
    let error = SettingsError::new(span, format!("there is no rule called {}", quote(name)));
    match similar {
        Some(similar) => error.help(format!("did you mean `{similar}`?")),
        None => error,
    }
}

fn only_known(table: &DeTable<'_>, known: &[&str]) -> Result<(), SettingsError> {
    let unknown = table
        .keys()
        .find(|key| !known.contains(&key.get_ref().as_ref()));
    let Some(key) = unknown else {
        return Ok(());
    };
    let name = key.get_ref().as_ref();
    let error = SettingsError::new(key.span(), format!("there is no key {} here", quote(name)));
    Err(match closest(name, known.iter().copied()) {
        Some(similar) => error.help(format!("did you mean `{similar}`?")),
        None => error.help(format!("known are `{}`", known.join("`, `"))),
    })
}

fn get<'v, 't>(table: &'v DeTable<'t>, key: &str) -> Option<&'v Value<'t>> {
    let mut entries = table.iter();
    let entry = entries.find(|(name, _)| name.get_ref().as_ref() == key);
    entry.map(|(_, value)| value)
}

fn table<'v, 't>(value: &'v Value<'t>) -> Result<&'v DeTable<'t>, SettingsError> {
    value
        .get_ref()
        .as_table()
        .ok_or_else(|| wrong(value, "a table"))
}

fn text<'v>(value: &'v Value<'_>) -> Result<&'v str, SettingsError> {
    value.get_ref().as_str().ok_or_else(|| wrong(value, "text"))
}

fn filled(value: &Value<'_>) -> Result<String, SettingsError> {
    let text = text(value)?;
    if text.trim().is_empty() {
        return Err(SettingsError::new(value.span(), "this text is empty"));
    }
    Ok(text.to_owned())
}

fn wrong(value: &Value<'_>, expected: &str) -> SettingsError {
    SettingsError::new(value.span(), format!("this has to be {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_whole() {
        let text = r#"
[dev]
origins = []
[env]
UPSTREAM = "here"
[check.levels]
missing-icon-file = "warn"
correctness = "deny"
pedantic = "warn"
[[check.exceptions]]
rule = "unknown-key"
at = "extra.field"
plugin = "my-plugin"
reason = "read by our own tool"
"#;
        let settings = CheckSettings::parse(text).unwrap();
        let levels = settings.to_levels();
        let level = |id| levels.of(RULES.iter().find(|rule| rule.id == id).unwrap());
        assert_eq!(level("missing-icon-file"), RuleLevel::Warn);
        assert_eq!(level("malformed-id"), RuleLevel::Deny);
        let [exception] = settings.exceptions.as_slice() else {
            panic!("{settings:?}");
        };
        assert_eq!(exception.rule, "unknown-key");
        assert_eq!(&text[exception.span.clone()], "\"unknown-key\"");
        assert_eq!(CheckSettings::parse("").unwrap(), CheckSettings::default());
    }

    #[test]
    fn a_rules_own_word_is_stronger_than_one_about_warnings() {
        let text =
            "[check.levels]\nunknown-key = \"warn\"\nwarnings = \"deny\"\npedantic = \"warn\"";
        let mut levels = CheckSettings::parse(text).unwrap().to_levels();
        let level =
            |levels: &Levels, id| levels.of(RULES.iter().find(|rule| rule.id == id).unwrap());
        assert_eq!(level(&levels, "unknown-key"), RuleLevel::Warn);
        assert_eq!(level(&levels, "long-text"), RuleLevel::Warn);
        assert_eq!(level(&levels, "tag-drift"), RuleLevel::Deny);
        // The command line has the last word.
        levels.set("warnings", RuleLevel::Allow).unwrap();
        assert_eq!(level(&levels, "tag-drift"), RuleLevel::Allow);
        assert_eq!(level(&levels, "unknown-key"), RuleLevel::Allow);
        assert_eq!(level(&levels, "malformed-id"), RuleLevel::Deny);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, place, message, help) in [
            ("[check", "", "unclosed table, expected `]`", None),
            (
                "[chekc]",
                "chekc",
                "there is no key `chekc` here",
                Some("did you mean `check`?"),
            ),
            (
                "[check]\nlevel = {}",
                "level",
                "there is no key `level` here",
                Some("did you mean `levels`?"),
            ),
            (
                "[check.levels]\nunknown-keys = \"warn\"",
                "unknown-keys",
                "there is no rule called `unknown-keys`",
                Some("did you mean `unknown-key`?"),
            ),
            (
                "[check.levels]\nunknown-key = \"warning\"",
                "\"warning\"",
                "`warning` is not a level",
                Some("write `allow`, `warn` or `deny`"),
            ),
            (
                "[check.levels]\nnot-json = \"allow\"",
                "\"allow\"",
                "`not-json` is always an error, since the shell cannot read such a file",
                None,
            ),
            ("[check]\nlevels = 1", "1", "this has to be a table", None),
            (
                "[[check.exceptions]]\nrule = \"not-json\"\nreason = \"x\"",
                "\"not-json\"",
                "findings of `not-json` cannot be suppressed",
                Some("repair what it found; where it found something, not all rules can look"),
            ),
            (
                "[[check.exceptions]]\nrule = \"unknown-key\"\nreason = \" \"",
                "\" \"",
                "this text is empty",
                None,
            ),
            (
                "[[check.exceptions]]\nrule = \"unknown-key\"",
                "[[check.exceptions]]",
                "this exception has no `reason`",
                Some("say why it is right as it is, such as `reason = \"read by our own tool\"`"),
            ),
        ] {
            let error = CheckSettings::parse(text).unwrap_err();
            assert_eq!(&text[error.span], place, "{text}");
            assert_eq!(error.message, message, "{text}");
            assert_eq!(error.help.as_deref(), help, "{text}");
        }
    }
}
