//! `[check]` of `stratos.toml`: which rules say what, and what is meant to be as it is.

mod error;
mod parse;

use crate::{
    levels::{Levels, RuleLevel},
    rule::Group,
    suppress::Exception,
};

pub use self::error::SettingsError;

/// What a project says about its check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckSettings {
    /// The levels of rules, groups and `warnings`. They can all be set.
    pub levels: Vec<(String, RuleLevel)>,
    /// The findings that are meant to be so.
    pub exceptions: Vec<Exception>,
}

impl CheckSettings {
    /// The levels of a project with these settings, as long as nobody says otherwise.
    ///
    /// A table has no order: what is said of a group counts less than what is said of one of its rules.
    pub fn to_levels(&self) -> Levels {
        let breadth = |name: &str| match name {
            "warnings" => 0,
            _ if Group::ALL.iter().any(|group| group.as_str() == name) => 1,
            _ => 2,
        };
        let mut said: Vec<_> = self.levels.iter().collect();
        said.sort_by_key(|(name, _)| breadth(name));
        let mut levels = Levels::default();
        for (name, level) in said {
            levels
                .set(name, *level)
                .expect("the level was set once when it was read");
        }
        levels
    }
}
