//! Groups of rules, and labels for groups and sources.

use stratos_manifest::{Group, Rule, Source};

/// The groups that have any of these rules, in the order of the groups.
pub(super) fn by_group<'r>(rules: &[&'r Rule]) -> impl Iterator<Item = (Group, Vec<&'r Rule>)> {
    let groups = Group::ALL.into_iter().map(|group| {
        let rules = rules.iter().copied().filter(|rule| rule.group == group);
        (group, rules.collect::<Vec<_>>())
    });
    groups.filter(|(_, rules)| !rules.is_empty())
}

/// Default level of a group's findings, after "Findings are".
pub(super) const fn level(group: Group) -> &'static str {
    match group {
        Group::Correctness => "errors",
        Group::Suspicious | Group::Style => "warnings",
        Group::Pedantic => "not reported by default",
    }
}

/// Description of a group in one sentence.
pub(super) const fn about(group: Group) -> &'static str {
    match group {
        Group::Correctness => {
            "The shell or the upload refuses the plugin, or it does not do what was meant."
        }
        Group::Suspicious => "Probably a mistake.",
        Group::Style => "Works, but there is a better form.",
        Group::Pedantic => "For strict checks.",
    }
}

/// Source of a rule, after "Based on".
pub(super) const fn source(source: Source) -> &'static str {
    match source {
        Source::Json => "the JSON standard",
        Source::V1 => "the guide to background modules (V1)",
        Source::LaterDocs => "the platform's later documentation (V2, V3)",
        Source::Observed => "observed behaviour of published plugins and operating systems",
        Source::ToolLimit => "a limit of the tools that read manifests",
        Source::Judgement => "the judgement of this project",
    }
}

/// Identifier of a source in JSON.
pub(super) const fn source_id(source: Source) -> &'static str {
    match source {
        Source::Json => "json",
        Source::V1 => "v1",
        Source::LaterDocs => "later-docs",
        Source::Observed => "observed",
        Source::ToolLimit => "tool-limit",
        Source::Judgement => "judgement",
    }
}
