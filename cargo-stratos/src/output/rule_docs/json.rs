//! Documentation of rules as JSON.

use serde::Serialize;
use stratos_manifest::{Rule, RuleLevel};

use crate::output::rule_docs::labels;
use crate::output::to_json;

/// A JSON object with a list of one rule.
pub(crate) fn rule(rule: &Rule) -> String {
    list(&[rule])
}

/// A JSON object with a list of rules.
pub(crate) fn list(rules: &[&Rule]) -> String {
    to_json(&RulesV1 {
        version: 1,
        rules: rules.iter().map(|rule| RuleV1::new(rule)).collect(),
    })
}

/// Output of `cargo stratos explain --format json`. Fields may be added, but not removed or changed.
#[derive(Debug, Serialize)]
struct RulesV1 {
    version: u32,
    rules: Vec<RuleV1>,
}

#[derive(Debug, Serialize)]
struct RuleV1 {
    id: &'static str,
    summary: &'static str,
    group: &'static str,
    /// Default level: `error`, `warning` or `allow`.
    level: &'static str,
    source: &'static str,
    since: &'static str,
    /// Documentation as Markdown.
    docs: String,
}

impl RuleV1 {
    fn new(rule: &Rule) -> Self {
        Self {
            id: rule.id,
            summary: rule.summary,
            group: rule.group.as_str(),
            level: match rule.group.level() {
                RuleLevel::Deny => "error",
                RuleLevel::Warn => "warning",
                RuleLevel::Allow => "allow",
            },
            source: labels::source_id(rule.source),
            since: rule.since,
            docs: rule.docs(),
        }
    }
}
