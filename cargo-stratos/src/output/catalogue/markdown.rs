//! Rules as Markdown; the book's page of them is this text.

use std::fmt::Write as _;

use stratos_manifest::{Group, Rule};

use crate::output::catalogue::{Catalogue, words};

/// A section for each rule.
pub(crate) struct Markdown;

impl Catalogue for Markdown {
    fn rule(&self, rule: &Rule) -> String {
        section(rule, 1)
    }

    fn list(&self, rules: &[&Rule]) -> String {
        let mut text = "# Rules\n\n\
            `cargo stratos explain RULE` prints what is said here about a rule.\n\
            How to give rules other levels is in the [guide](linter.md).\n"
            .to_owned();
        for group in Group::ALL {
            let mut its = rules.iter().filter(|rule| rule.group == group).peekable();
            if its.peek().is_none() {
                continue;
            }
            let (about, findings) = (words::about(group), words::findings(group));
            let _ = write!(
                text,
                "\n## Group `{}`\n\n{about}\nFindings are {findings}.\n",
                group.as_str()
            );
            for rule in its {
                let _ = write!(text, "\n{}\n", section(rule, 3));
            }
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// A rule under a heading of this depth.
fn section(rule: &Rule, depth: usize) -> String {
    let heading = "#".repeat(depth);
    let Rule { id, summary, .. } = rule;
    let (source, since) = (words::source(rule.source), rule.since);
    let mut text =
        format!("{heading} {id}\n\n{summary}\n\n*Rests on {source}. Since version {since}.*\n\n");
    let mut is_code = false;
    for line in rule.docs().lines() {
        is_code ^= line.starts_with("```");
        if line.starts_with("## ") && !is_code {
            text.push_str(&heading[1..]);
        }
        text.push_str(line);
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text
}
