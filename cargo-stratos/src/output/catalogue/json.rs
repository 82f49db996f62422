//! Rules for programs.

use serde::Serialize;
use stratos_manifest::{Rule, RuleLevel};

use crate::output::catalogue::{Catalogue, words};
use crate::output::to_json;

/// One object with a list of rules.
pub(crate) struct Json;

impl Catalogue for Json {
    fn rule(&self, rule: &Rule) -> String {
        self.list(&[rule])
    }

    fn list(&self, rules: &[&Rule]) -> String {
        to_json(&RulesV1 {
            version: 1,
            rules: rules.iter().map(|rule| RuleV1::new(rule)).collect(),
        })
    }
}

/// What `cargo stratos explain --format json` prints. New fields may come; none goes or changes its meaning.
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
    /// `error`, `warning` or `allow`, where nobody says otherwise.
    level: &'static str,
    source: &'static str,
    since: &'static str,
    /// Markdown.
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
            source: words::source_id(rule.source),
            since: rule.since,
            docs: rule.docs(),
        }
    }
}
