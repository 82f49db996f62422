//! Groups and sources in words.

use stratos_manifest::{Group, Source};

/// What happens to the findings of a group.
pub(super) const fn findings(group: Group) -> &'static str {
    match group {
        Group::Correctness => "errors",
        Group::Suspicious | Group::Style => "warnings",
        Group::Pedantic => "not reported unless asked for",
    }
}

/// The rules of a group in one sentence.
pub(super) const fn about(group: Group) -> &'static str {
    match group {
        Group::Correctness => {
            "The shell, or the upload, will refuse the plugin or do something else than meant."
        }
        Group::Suspicious => "Most likely not meant.",
        Group::Style => "Works, but is better said otherwise.",
        Group::Pedantic => "For those who want to hear everything.",
    }
}

/// What a rule rests on, after "rests on".
pub(super) const fn source(source: Source) -> &'static str {
    match source {
        Source::Json => "the JSON standard",
        Source::V1 => "the guide to background modules (V1)",
        Source::LaterDocs => "the platform's later documentation (V2, V3)",
        Source::Observed => "what published plugins and operating systems are seen to do",
        Source::ToolLimit => "a limit of the tools that read manifests",
        Source::Judgement => "our own judgement",
    }
}

/// The name of a source for programs.
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
