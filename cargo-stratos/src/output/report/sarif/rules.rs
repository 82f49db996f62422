//! The linter's rules as SARIF.

use serde_json::{Value, json};
use stratos_manifest::{RULES, Rule, RuleLevel};

use crate::output::report::sarif::findings::message;

/// The program with all of its rules, so that a viewer can list the rules that found nothing.
pub(super) fn tool() -> Value {
    json!({
        "driver": {
            "name": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": RULES.iter().map(descriptor).collect::<Value>(),
        },
    })
}

/// A rule: `reportingDescriptor` in SARIF.
fn descriptor(rule: &Rule) -> Value {
    let docs = rule.docs();
    let level = rule.group.level();
    json!({
        "id": rule.id,
        "shortDescription": message(rule.summary),
        "fullDescription": { "text": first_section(&docs) },
        "help": { "text": docs, "markdown": docs },
        "defaultConfiguration": {
            "enabled": level != RuleLevel::Allow,
            "level": match level {
                RuleLevel::Deny => "error",
                RuleLevel::Warn | RuleLevel::Allow => "warning",
            },
        },
        "properties": { "tags": [rule.group.as_str()] },
    })
}

/// First section of a rule's documentation, in one line.
fn first_section(docs: &str) -> String {
    let lines = docs.lines().skip_while(|line| !line.starts_with("## "));
    let section = lines.skip(1).take_while(|line| !line.starts_with("## "));
    let filled: Vec<_> = section.filter(|line| !line.is_empty()).collect();
    filled.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_full_description_in_one_line() {
        for rule in RULES {
            let text = first_section(&rule.docs());
            assert!(text.ends_with(['.', ':', '`', '|']), "{}: {text}", rule.id);
            assert!(!text.contains('\n'), "{}: {text}", rule.id);
        }
    }
}
