//! Documentation of the linter's rules, in each format of `cargo stratos explain`.

mod human;
mod json;
mod labels;
mod markdown;

use stratos_manifest::Rule;

pub(crate) use self::human::Human;
pub(crate) use self::json::Json;
pub(crate) use self::markdown::Markdown;

/// Output format of the documentation of rules.
pub(crate) trait RuleDocs {
    /// Full documentation of a rule.
    fn rule(&self, rule: &Rule) -> String;

    /// Overview of rules.
    fn list(&self, rules: &[&Rule]) -> String;
}
