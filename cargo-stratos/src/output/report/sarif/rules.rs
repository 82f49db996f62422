//! The linter's rules as SARIF.

use stratos_manifest::{RULES, Rule, RuleLevel};

use crate::output::report::sarif::format::{
    Configuration, Descriptor, Driver, Help, Message, Tags, Tool,
};

/// This program with all of its rules, so that a viewer can list the rules that found nothing.
pub(super) fn tool() -> Tool {
    Tool {
        driver: Driver {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            semantic_version: env!("CARGO_PKG_VERSION"),
            rules: RULES.iter().map(descriptor).collect(),
        },
    }
}

fn descriptor(rule: &Rule) -> Descriptor {
    let docs = rule.docs();
    let level = rule.group.level();
    Descriptor {
        id: rule.id,
        short_description: Message::sentence(rule.summary),
        full_description: Message {
            text: first_section(&docs),
        },
        help: Help {
            text: docs.clone(),
            markdown: docs,
        },
        default_configuration: Configuration {
            enabled: level != RuleLevel::Allow,
            level: match level {
                RuleLevel::Deny => "error",
                RuleLevel::Warn | RuleLevel::Allow => "warning",
            },
        },
        properties: Tags {
            tags: [rule.group.as_str()],
        },
    }
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
        for rule in tool().driver.rules {
            let text = rule.full_description.text;
            assert!(text.ends_with(['.', ':', '`', '|']), "{}: {text}", rule.id);
            assert!(!text.contains('\n'), "{}: {text}", rule.id);
        }
    }
}
