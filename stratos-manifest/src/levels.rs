//! What to do with the findings of each rule.

use std::{collections::HashMap, error::Error, fmt};

use crate::{
    diagnostic::Level,
    rule::{Group, Rule, Stage},
    rules::RULES,
    suggest::closest,
};

/// What happens to the findings of a rule, in rustc's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleLevel {
    /// They are not reported.
    Allow,
    /// They are warnings.
    Warn,
    /// They are errors.
    Deny,
}

/// The level of every rule: the one of its group, unless somebody said otherwise.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    said: HashMap<&'static str, RuleLevel>,
    /// What a later word about all warnings makes of the rules that warned then.
    of_warnings: HashMap<&'static str, RuleLevel>,
}

/// Why a level cannot be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LevelError {
    /// There is no rule and no group of this name.
    Unknown {
        /// As given.
        name: String,
        /// The rule or group that may be meant.
        similar: Option<&'static str>,
    },
    /// Where this rule finds something, no other can look: allowing it would call unread files good.
    NeverAllowed(&'static str),
}

impl Levels {
    /// Sets the level of a rule, of a group (`style`), or of all `warnings`; the last word counts.
    ///
    /// # Errors
    ///
    /// When there is no such rule, or it is one that cannot be allowed.
    pub fn set(&mut self, name: &str, level: RuleLevel) -> Result<(), LevelError> {
        if name == "warnings" {
            self.set_warnings(level);
            return Ok(());
        }
        let group = Group::ALL.into_iter().find(|group| group.as_str() == name);
        let named: Vec<&Rule> = RULES
            .iter()
            .filter(|rule| rule.id == name || Some(rule.group) == group)
            .collect();
        if named.is_empty() && group.is_none() {
            return Err(unknown(name));
        }
        for rule in named {
            match (level, rule.stage) {
                (RuleLevel::Allow | RuleLevel::Warn, Stage::File)
                    if rule.group == Group::Correctness =>
                {
                    // As part of a group it keeps its level; by its own name it is a mistake that should be heard of.
                    if group.is_none() {
                        return Err(LevelError::NeverAllowed(rule.id));
                    }
                }
                _ => {
                    self.said.insert(rule.id, level);
                    self.of_warnings.remove(rule.id);
                }
            }
        }
        Ok(())
    }

    /// What to do with the findings of `rule`.
    pub fn of(&self, rule: &Rule) -> RuleLevel {
        let of_warnings = self.of_warnings.get(rule.id).copied();
        of_warnings.unwrap_or_else(|| self.own(rule))
    }

    /// The level without a word about all warnings: what was a warning stays one for the next word about them.
    fn own(&self, rule: &Rule) -> RuleLevel {
        let said = self.said.get(rule.id).copied();
        said.unwrap_or_else(|| rule.group.level())
    }

    fn set_warnings(&mut self, level: RuleLevel) {
        for rule in RULES {
            if self.own(rule) == RuleLevel::Warn {
                self.of_warnings.insert(rule.id, level);
            }
        }
    }
}

impl RuleLevel {
    /// The level of a finding, unless there is to be none.
    pub(crate) const fn finding(self) -> Option<Level> {
        match self {
            Self::Allow => None,
            Self::Warn => Some(Level::Warning),
            Self::Deny => Some(Level::Error),
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
    fn the_last_word_counts() {
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
    fn the_last_word_about_warnings_counts_as_well() {
        use RuleLevel::{Allow, Deny, Warn};

        for (said, expected) in [
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
            // So that it is a warning of its own, whatever its group.
            levels.set("empty-text", Warn).unwrap();
            for (name, level) in said {
                levels.set(name, *level).unwrap();
            }
            assert_eq!(level(&levels, "empty-text"), expected, "{said:?}");
        }
    }

    #[test]
    fn what_cannot_be_set_says_why() {
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
