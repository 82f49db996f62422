//! The rules as SARIF describes them.

use stratos_manifest::{RULES, Rule, RuleLevel};

use crate::output::report::sarif::format::{
    Configuration, Descriptor, Driver, Help, Message, Tags, Tool,
};

/// This program and all rules, so that a viewer can say what was looked for where nothing was found.
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

/// What the rule does, in one line.
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
    fn every_rule_says_what_it_does() {
        for rule in tool().driver.rules {
            let text = rule.full_description.text;
            assert!(text.ends_with(['.', ':', '`', '|']), "{}: {text}", rule.id);
            assert!(!text.contains('\n'), "{}: {text}", rule.id);
        }
    }
}
