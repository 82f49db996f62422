//! Documentation of rules as text for a terminal.

use std::fmt::Write as _;

use stratos_manifest::{Group, Rule};

use crate::output::rule_docs::{RuleDocs, labels};
use crate::output::{BOLD, CYAN, DIM};

/// Text with headings in colour.
pub(crate) struct Human;

impl RuleDocs for Human {
    fn rule(&self, rule: &Rule) -> String {
        let Rule { id, summary, .. } = rule;
        let group = rule.group.as_str();
        let level = labels::level(rule.group);
        let (source, since) = (labels::source(rule.source), rule.since);
        let mut text = format!(
            "{BOLD}{id}{BOLD:#}: {summary}\n\
             {DIM}Group: {group} ({level}). Based on {source}. Since {since}.{DIM:#}\n\n"
        );
        let mut is_code = false;
        for line in rule.docs().lines() {
            match line.strip_prefix("## ") {
                _ if line.starts_with("```") => is_code = !is_code,
                Some(heading) if !is_code => {
                    let _ = writeln!(text, "{CYAN}{heading}{CYAN:#}");
                }
                _ if line.is_empty() => text.push('\n'),
                _ if is_code => {
                    let _ = writeln!(text, "    {line}");
                }
                _ => {
                    let _ = writeln!(text, "  {line}");
                }
            }
        }
        text.truncate(text.trim_end().len());
        text
    }

    fn list(&self, rules: &[&Rule]) -> String {
        let mut text = String::new();
        let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
        for group in Group::ALL {
            let mut group_rules = rules.iter().filter(|rule| rule.group == group).peekable();
            if group_rules.peek().is_none() {
                continue;
            }
            let (name, level) = (group.as_str(), labels::level(group));
            let _ = writeln!(text, "{BOLD}{name}{BOLD:#} {DIM}({level}){DIM:#}");
            for Rule { id, summary, .. } in group_rules {
                let _ = writeln!(text, "  {CYAN}{id:width$}{CYAN:#}  {summary}");
            }
            text.push('\n');
        }
        text.push_str("`cargo stratos explain RULE` explains a rule.");
        text
    }
}
