//! Rules for people at a terminal.

use std::fmt::Write as _;

use stratos_manifest::{Group, Rule};

use crate::output::catalogue::{Catalogue, words};
use crate::output::{BOLD, CYAN, DIM};

/// Plain text with headings.
pub(crate) struct Human;

impl Catalogue for Human {
    fn rule(&self, rule: &Rule) -> String {
        let Rule { id, summary, .. } = rule;
        let group = rule.group.as_str();
        let findings = words::findings(rule.group);
        let (source, since) = (words::source(rule.source), rule.since);
        let mut text = format!(
            "{BOLD}{id}{BOLD:#}: {summary}\n\
             {DIM}Group: {group} ({findings}). Rests on {source}. Since {since}.{DIM:#}\n\n"
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
            let mut its = rules.iter().filter(|rule| rule.group == group).peekable();
            if its.peek().is_none() {
                continue;
            }
            let (name, findings) = (group.as_str(), words::findings(group));
            let _ = writeln!(text, "{BOLD}{name}{BOLD:#} {DIM}({findings}){DIM:#}");
            for Rule { id, summary, .. } in its {
                let _ = writeln!(text, "  {CYAN}{id:width$}{CYAN:#}  {summary}");
            }
            text.push('\n');
        }
        text.push_str("`cargo stratos explain RULE` says more about one of them.");
        text
    }
}
