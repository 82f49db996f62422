//! The configured levels of rules.

use std::{collections::HashMap, error::Error, fmt};

use crate::{
    rule::{Group, Rule, RuleLevel, Stage},
    rules::RULES,
    suggest::closest,
};

/// The level of every rule: the default of its group, unless set.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    by_rule: HashMap<&'static str, RuleLevel>,
    /// Overrides of `by_rule` for the rules that were warnings when the level of `warnings` was set.
    of_warnings: HashMap<&'static str, RuleLevel>,
}

/// Reason why a level cannot be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LevelError {
    /// There is no rule and no group of this name.
    Unknown {
        /// The name, as given.
        name: String,
        /// The rule or group with the most similar name.
        similar: Option<&'static str>,
    },
    /// The rule is always an error: no other rule can check the files that it reports.
    NeverAllowed(&'static str),
}

impl Levels {
    /// Sets the level of a rule, of a group such as `style`, or of `warnings`, which are all rules that currently warn.
    /// Later calls override earlier ones.
    ///
    /// # Errors
    ///
    /// If there is no such rule or group, or if the rule is always an error.
    pub fn set(&mut self, name: &str, level: RuleLevel) -> Result<(), LevelError> {
        if name == "warnings" {
            self.set_warnings(level);
            return Ok(());
        }
        let group = Group::ALL.into_iter().find(|group| group.as_str() == name);
        if group.is_none() && RULES.iter().all(|rule| rule.id != name) {
            return Err(unknown(name));
        }
        for rule in RULES {
            if rule.id != name && Some(rule.group) != group {
                continue;
            }
            let is_always_error = rule.stage == Stage::File && rule.group == Group::Correctness;
            if !is_always_error || level == RuleLevel::Deny {
                self.by_rule.insert(rule.id, level);
                self.of_warnings.remove(rule.id);
            } else if group.is_none() {
                return Err(LevelError::NeverAllowed(rule.id));
            }
        }
        Ok(())
    }

    /// The level of `rule`.
    pub fn of(&self, rule: &Rule) -> RuleLevel {
        let of_warnings = self.of_warnings.get(rule.id).copied();
        of_warnings.unwrap_or_else(|| self.without_warnings_override(rule))
    }

    fn without_warnings_override(&self, rule: &Rule) -> RuleLevel {
        let level = self.by_rule.get(rule.id).copied();
        level.unwrap_or_else(|| rule.group.level())
    }

    /// Overrides the level of all rules that warn. A rule that an earlier call made an error counts as one that warns.
    fn set_warnings(&mut self, level: RuleLevel) {
        for rule in RULES {
            if self.without_warnings_override(rule) == RuleLevel::Warn {
                self.of_warnings.insert(rule.id, level);
            }
        }
    }
}

fn unknown(name: &str) -> LevelError {
    let groups = Group::ALL.into_iter().map(Group::as_str);
    let known = RULES.iter().map(|rule| rule.id).chain(groups);
    LevelError::Unknown {
        name: name.to_owned(),
        similar: closest(name, known),
    }
}

impl fmt::Display for LevelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, similar } => {
                write!(f, "there is no rule called `{}`", name.escape_debug())?;
                match similar {
                    Some(similar) => write!(f, ", did you mean `{similar}`?"),
                    None => Ok(()),
                }
            }
            Self::NeverAllowed(rule) => write!(
                f,
                "`{rule}` is always an error, since the shell cannot read such a file"
            ),
        }
    }
}

impl Error for LevelError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(levels: &Levels, id: &str) -> RuleLevel {
        levels.of(RULES.iter().find(|rule| rule.id == id).unwrap())
    }

    #[test]
    fn later_levels_override_earlier_ones() {
        let mut levels = Levels::default();
        assert_eq!(level(&levels, "malformed-id"), RuleLevel::Deny);
        levels.set("correctness", RuleLevel::Warn).unwrap();
        levels.set("malformed-version", RuleLevel::Allow).unwrap();
        assert_eq!(level(&levels, "malformed-id"), RuleLevel::Warn);
        assert_eq!(level(&levels, "malformed-version"), RuleLevel::Allow);
        levels.set("warnings", RuleLevel::Deny).unwrap();
        assert_eq!(level(&levels, "malformed-id"), RuleLevel::Deny);
        assert_eq!(level(&levels, "malformed-version"), RuleLevel::Allow);
        levels.set("warnings", RuleLevel::Warn).unwrap();
        levels.set("warnings", RuleLevel::Allow).unwrap();
        assert_eq!(level(&levels, "malformed-id"), RuleLevel::Allow);
        assert_eq!(level(&levels, "not-json"), RuleLevel::Deny);
    }

    #[test]
    fn the_level_of_warnings_applies_to_the_rules_that_warn() {
        use RuleLevel::{Allow, Deny, Warn};

        for (calls, expected) in [
            (&[("warnings", Deny), ("warnings", Allow)][..], Allow),
            (&[("warnings", Allow), ("warnings", Deny)], Deny),
            (&[("warnings", Deny), ("warnings", Warn)], Warn),
            (&[("warnings", Deny), ("empty-text", Warn)], Warn),
            (&[("warnings", Deny), ("correctness", Warn)], Warn),
            (&[("warnings", Deny), ("empty-text", Allow)], Allow),
            (&[("empty-text", Warn), ("warnings", Deny)], Deny),
            (&[("empty-text", Deny), ("warnings", Allow)], Deny),
            (&[("empty-text", Allow), ("warnings", Deny)], Allow),
        ] {
            let mut levels = Levels::default();
            // `empty-text` is an error by default.
            levels.set("empty-text", Warn).unwrap();
            for (name, level) in calls {
                levels.set(name, *level).unwrap();
            }
            assert_eq!(level(&levels, "empty-text"), expected, "{calls:?}");
        }
    }

    #[test]
    fn unknown_names_and_levels_below_deny_for_unreadable_files_are_errors() {
        let mut levels = Levels::default();
        let error = levels.set("malformed-ids", RuleLevel::Allow).unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no rule called `malformed-ids`, did you mean `malformed-id`?"
        );
        assert_eq!(
            levels.set("not-json", RuleLevel::Allow),
            Err(LevelError::NeverAllowed("not-json"))
        );
    }
}
