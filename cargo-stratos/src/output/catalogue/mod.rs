//! The rules of `check`, explained in each format.

mod human;
mod json;
mod markdown;
mod words;

pub(crate) use self::human::Human;
pub(crate) use self::json::Json;
pub(crate) use self::markdown::Markdown;

use stratos_manifest::Rule;

/// Says what rules there are, in one format.
pub(crate) trait Catalogue {
    /// What there is to know about one rule.
    fn rule(&self, rule: &Rule) -> String;

    /// All of these rules; they are sorted.
    fn list(&self, rules: &[&Rule]) -> String;
}
