//! Documentation of rules as Markdown, which is also the book's page on rules.

use std::fmt::Write as _;

use stratos_manifest::Rule;

use crate::output::rule_docs::labels;

/// Full documentation of a rule.
pub(crate) fn rule(rule: &Rule) -> String {
    section(rule, 1)
}

/// Full documentation of rules, with a section for each.
pub(crate) fn list(rules: &[&Rule]) -> String {
    let mut text = "# Rules\n\n\
        `cargo stratos explain RULE` prints the section about a rule.\n\
        The [guide](linter.md) shows how to change the levels of rules.\n"
        .to_owned();
    for (group, rules) in labels::by_group(rules) {
        let (about, level) = (labels::about(group), labels::level(group));
        let _ = write!(
            text,
            "\n## Group `{}`\n\n{about}\nFindings are {level}.\n",
            group.as_str()
        );
        for rule in rules {
            let _ = write!(text, "\n{}\n", section(rule, 3));
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// Section about a rule, under a heading of level `depth`.
fn section(rule: &Rule, depth: usize) -> String {
    let heading = "#".repeat(depth);
    let Rule { id, summary, .. } = rule;
    let (source, since) = (labels::source(rule.source), rule.since);
    let mut text =
        format!("{heading} {id}\n\n{summary}\n\n*Based on {source}. Since version {since}.*\n\n");
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
