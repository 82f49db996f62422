//! Documentation of rules as text for a terminal.

use std::fmt::Write as _;

use stratos_manifest::Rule;

use crate::output::rule_docs::labels;
use crate::output::{BOLD, CYAN, DIM};

/// Full documentation of a rule, with headings in colour.
pub(crate) fn rule(rule: &Rule) -> String {
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

/// Ids and summaries of rules.
pub(crate) fn list(rules: &[&Rule]) -> String {
    let mut text = String::new();
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for (group, rules) in labels::by_group(rules) {
        let (name, level) = (group.as_str(), labels::level(group));
        let _ = writeln!(text, "{BOLD}{name}{BOLD:#} {DIM}({level}){DIM:#}");
        for Rule { id, summary, .. } in rules {
            let _ = writeln!(text, "  {CYAN}{id:width$}{CYAN:#}  {summary}");
        }
        text.push('\n');
    }
    text.push_str("`cargo stratos explain RULE` explains a rule.");
    text
}
