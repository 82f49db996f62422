//! The `[check]` section of `stratos.toml`: levels and exceptions.

use std::{collections::BTreeMap, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny},
};
use toml::Spanned;

use crate::{
    context::UnusedSuppression,
    levels::{LevelError, Levels},
    parse_toml::{TomlError, parse_toml},
    rule::{Group, RuleLevel},
    rules::RULES,
    suggest::closest,
};

/// The linter settings of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckSettings {
    /// Levels of rules, groups and `warnings`. [`Levels::set`] accepts each of them.
    pub levels: Vec<(String, RuleLevel)>,
    /// The exceptions, in the order of the file.
    pub exceptions: Vec<Exception>,
}

/// An entry of `[[check.exceptions]]` in `stratos.toml`: findings that are not reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The id of the rule.
    pub rule: &'static str,
    /// A key path such as `author.contact`: findings at it and below it are covered. `None` covers the whole manifest.
    pub at: Option<String>,
    /// The id of the plugin; `None` covers every plugin that the settings apply to.
    pub plugin: Option<String>,
    /// Reason why the finding is acceptable, for readers of the settings.
    pub reason: String,
    /// The bytes of the settings where the exception names its rule.
    pub span: Range<usize>,
}

/// The sections of a `stratos.toml`. All but `check` are parsed by the host library.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sections {
    #[serde(default)]
    check: CheckSection,
    #[serde(rename = "auth")]
    _auth: Option<IgnoredAny>,
    #[serde(rename = "dev")]
    _dev: Option<IgnoredAny>,
    #[serde(rename = "env")]
    _env: Option<IgnoredAny>,
    #[serde(rename = "ui")]
    _ui: Option<IgnoredAny>,
    #[serde(rename = "background")]
    _background: Option<IgnoredAny>,
    #[serde(rename = "pack")]
    _pack: Option<IgnoredAny>,
    #[serde(rename = "deploy")]
    _deploy: Option<IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckSection {
    #[serde(default)]
    levels: BTreeMap<Spanned<String>, Spanned<RuleLevel>>,
    #[serde(default)]
    exceptions: Vec<Spanned<ExceptionTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExceptionTable {
    rule: Spanned<String>,
    #[serde(default, deserialize_with = "optional_text")]
    at: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    plugin: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    reason: Option<String>,
}

impl CheckSettings {
    /// Parses the `[check]` section of the text of a `stratos.toml`.
    ///
    /// # Errors
    ///
    /// If the text is not TOML, or has an unknown key, rule or level.
    pub fn parse(text: &str) -> Result<Self, TomlError> {
        let CheckSection { levels, exceptions } = parse_toml::<Sections>(text)?.check;
        let levels = levels.into_iter().map(|(name, level)| {
            validate_level(&name, &level)?;
            Ok((name.into_inner(), level.into_inner()))
        });
        let exceptions = exceptions.into_iter().map(exception);
        Ok(Self {
            levels: levels.collect::<Result<_, TomlError>>()?,
            exceptions: exceptions.collect::<Result<_, TomlError>>()?,
        })
    }

    /// The levels of a project with these settings.
    ///
    /// The order of the file does not matter: a group overrides `warnings`, and a rule overrides its group.
    pub fn to_levels(&self) -> Levels {
        let specificity = |name: &str| match name {
            "warnings" => 0,
            _ if Group::ALL.iter().any(|group| group.as_str() == name) => 1,
            _ => 2,
        };
        let mut sorted: Vec<_> = self.levels.iter().collect();
        sorted.sort_by_key(|(name, _)| specificity(name));
        let mut levels = Levels::default();
        for (name, level) in sorted {
            levels
                .set(name, *level)
                .expect("parsing validated the level");
        }
        levels
    }
}

fn validate_level(name: &Spanned<String>, level: &Spanned<RuleLevel>) -> Result<(), TomlError> {
    match Levels::default().set(name.get_ref(), *level.get_ref()) {
        Ok(()) => Ok(()),
        Err(LevelError::Unknown { name: _, similar }) => Err(unknown_rule(name, similar)),
        Err(error @ LevelError::NeverAllowed(_)) => {
            Err(TomlError::new(level.span(), error.to_string()))
        }
    }
}

fn exception(table: Spanned<ExceptionTable>) -> Result<Exception, TomlError> {
    let table_span = table.span();
    let ExceptionTable {
        rule: id,
        at,
        plugin,
        reason,
    } = table.into_inner();
    let Some(rule) = RULES.iter().find(|rule| rule.id == id.get_ref()) else {
        let similar = closest(id.get_ref(), RULES.iter().map(|rule| rule.id));
        return Err(unknown_rule(&id, similar));
    };
    if !rule.stage.is_suppressible() {
        let message = format!("findings of `{}` cannot be suppressed", rule.id);
        return Err(TomlError::new(id.span(), message)
            .help("correct the file instead: other rules cannot check it before"));
    }
    let Some(reason) = reason else {
        let error = TomlError::new(table_span, "missing field `reason`");
        return Err(error.help(
            "say why the finding is right as it is, such as `reason = \"read by our own tool\"`",
        ));
    };
    Ok(Exception {
        rule: rule.id,
        at,
        plugin,
        reason,
        span: id.span(),
    })
}

fn unknown_rule(name: &Spanned<String>, similar: Option<&str>) -> TomlError {
    let message = format!(
        "there is no rule called `{}`",
        name.get_ref().escape_debug()
    );
    let error = TomlError::new(name.span(), message);
    match similar {
        Some(similar) => error.help(format!("did you mean `{similar}`?")),
        None => error,
    }
}

/// Deserializes a text that is not empty.
fn optional_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.trim() {
        "" => Err(D::Error::custom("this text is empty")),
        _ => Ok(Some(text)),
    }
}

impl From<&Exception> for UnusedSuppression {
    fn from(exception: &Exception) -> Self {
        Self {
            span: exception.span.clone(),
            rule: exception.rule,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(levels: &Levels, id: &str) -> RuleLevel {
        levels.of(RULES.iter().find(|rule| rule.id == id).unwrap())
    }

    #[test]
    fn levels_and_exceptions_are_parsed() {
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
        assert_eq!(level(&levels, "missing-icon-file"), RuleLevel::Warn);
        assert_eq!(level(&levels, "malformed-id"), RuleLevel::Deny);
        let [exception] = settings.exceptions.as_slice() else {
            panic!("{settings:?}");
        };
        assert_eq!(exception.rule, "unknown-key");
        assert_eq!(&text[exception.span.clone()], "\"unknown-key\"");
        assert_eq!(CheckSettings::parse("").unwrap(), CheckSettings::default());
    }

    #[test]
    fn the_level_of_a_rule_overrides_the_level_of_warnings() {
        let text =
            "[check.levels]\nunknown-key = \"warn\"\nwarnings = \"deny\"\npedantic = \"warn\"";
        let mut levels = CheckSettings::parse(text).unwrap().to_levels();
        assert_eq!(level(&levels, "unknown-key"), RuleLevel::Warn);
        assert_eq!(level(&levels, "long-text"), RuleLevel::Warn);
        assert_eq!(level(&levels, "tag-drift"), RuleLevel::Deny);
        // As the command line does, after the settings.
        levels.set("warnings", RuleLevel::Allow).unwrap();
        assert_eq!(level(&levels, "tag-drift"), RuleLevel::Allow);
        assert_eq!(level(&levels, "unknown-key"), RuleLevel::Allow);
        assert_eq!(level(&levels, "malformed-id"), RuleLevel::Deny);
    }

    #[test]
    fn errors_have_the_span_of_the_mistake() {
        for (text, covered, message, help) in [
            ("[check", "", "unclosed table, expected `]`", None),
            (
                "[chekc]",
                "chekc",
                "unknown field `chekc`, expected one of `check`, `auth`, `dev`, `env`, `ui`, `background`, `pack`, `deploy`",
                Some("did you mean `check`?"),
            ),
            (
                "[check]\nlevel = {}",
                "level",
                "unknown field `level`, expected `levels` or `exceptions`",
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
                "unknown variant `warning`, expected one of `allow`, `warn`, `deny`",
                None,
            ),
            (
                "[check.levels]\nnot-json = \"allow\"",
                "\"allow\"",
                "`not-json` is always an error, since the shell cannot read such a file",
                None,
            ),
            (
                "[check]\nlevels = 1",
                "1",
                "invalid type: integer `1`, expected a map",
                None,
            ),
            (
                "[[check.exceptions]]\nrule = \"not-json\"\nreason = \"x\"",
                "\"not-json\"",
                "findings of `not-json` cannot be suppressed",
                Some("correct the file instead: other rules cannot check it before"),
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
                "missing field `reason`",
                Some(
                    "say why the finding is right as it is, such as `reason = \"read by our own tool\"`",
                ),
            ),
        ] {
            let error = CheckSettings::parse(text).unwrap_err();
            assert_eq!(error.message, message, "{text}");
            assert_eq!(&text[error.span], covered, "{text}");
            assert_eq!(error.help.as_deref(), help, "{text}");
        }
    }
}
