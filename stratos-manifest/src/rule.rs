//! Rules and their metadata.

use serde::Deserialize;

use crate::{
    context::RuleContext,
    diagnostic::{Findings, Level},
};

/// A lint rule: a check, its documentation and its metadata.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The id in kebab-case, which names the mistake, such as `duplicate-key`.
    pub id: &'static str,
    /// The mistake in one line, without a period.
    pub summary: &'static str,
    /// The group, which decides the default level.
    pub group: Group,
    /// The part of the project that the rule checks.
    pub stage: Stage,
    /// The authority that the rule is based on.
    pub source: Source,
    /// The first version of this crate with the rule.
    pub since: &'static str,
    /// Whether the findings also depend on the git tags of the commit, or on the other plugins of the run: the next run
    /// on the same files may have others.
    pub depends_on_run: bool,
    /// Whether a finding makes those of all other rules meaningless, so that they are not reported.
    pub excludes_others: bool,
    pub(crate) doc_lines: &'static [&'static str],
    pub(crate) check: fn(&RuleContext<'_>, &mut Findings),
}

/// A group of rules with the same default level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// The shell or the upload refuses the plugin, or does something unintended: an error.
    Correctness,
    /// Most likely a mistake: a warning.
    Suspicious,
    /// Works, but could be written better: a warning.
    Style,
    /// Strict or opinionated: allowed by default.
    Pedantic,
}

/// The configured level of a rule, named as in rustc.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleLevel {
    /// Findings are not reported.
    Allow,
    /// Findings are warnings.
    Warn,
    /// Findings are errors.
    Deny,
}

/// The part of a project that a rule checks. The stages run in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The bytes of the file and its JSON syntax.
    File,
    /// The fields of the manifest.
    Manifest,
    /// The files around the manifest, as far as [`ProjectFacts`](crate::ProjectFacts) has them.
    Project,
    /// The exceptions in the settings, after all manifests.
    Suppression,
}

impl Stage {
    /// Whether exceptions may cover findings of this stage. They cannot hide that a file is unreadable, where no other
    /// rule can run, or that an exception is unused.
    pub const fn is_suppressible(self) -> bool {
        matches!(self, Self::Manifest | Self::Project)
    }
}

/// The authority that a rule is based on. The crate documentation explains the versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The JSON standard, as `JSON.parse` applies it.
    Json,
    /// The guide to background modules.
    V1,
    /// The later public documentation (V2, V3).
    LaterDocs,
    /// Published plugins, or the behavior of an operating system.
    Observed,
    /// A limit that protects tools which read manifests.
    ToolLimit,
    /// The judgement of this linter alone.
    Judgement,
}

impl Rule {
    /// The documentation as Markdown: what the rule does, why, an example, and the corrected example.
    pub fn docs(&self) -> String {
        let mut docs = String::new();
        for line in self.doc_lines {
            docs.push_str(line.strip_prefix(' ').unwrap_or(line));
            docs.push('\n');
        }
        docs
    }
}

impl Group {
    /// All groups, the most severe first.
    pub const ALL: [Self; 4] = [
        Self::Correctness,
        Self::Suspicious,
        Self::Style,
        Self::Pedantic,
    ];

    /// The default level of the group's rules.
    pub const fn level(self) -> RuleLevel {
        match self {
            Self::Correctness => RuleLevel::Deny,
            Self::Suspicious | Self::Style => RuleLevel::Warn,
            Self::Pedantic => RuleLevel::Allow,
        }
    }

    /// The name of the group on the command line and in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Correctness => "correctness",
            Self::Suspicious => "suspicious",
            Self::Style => "style",
            Self::Pedantic => "pedantic",
        }
    }
}

impl RuleLevel {
    /// The level of findings; `None` if they are not reported.
    pub(crate) const fn finding_level(self) -> Option<Level> {
        match self {
            Self::Allow => None,
            Self::Warn => Some(Level::Warning),
            Self::Deny => Some(Level::Error),
        }
    }
}

/// Declares the constant `RULE` of a rule file, which calls the file's function `check`.
///
/// The doc comment is the documentation of the rule in rustdoc, `cargo stratos explain` and the book. A test checks its
/// four headings.
macro_rules! declare_rule {
    (
        $(#[doc = $line:literal])+
        $id:literal {
            summary: $summary:literal,
            group: $group:ident,
            stage: $stage:ident,
            source: $source:ident,
            since: $since:literal
            $(, depends_on_run: $depends_on_run:literal)?
            $(, excludes_others: $excludes_others:literal)? $(,)?
        }
    ) => {
        $(#[doc = $line])+
        pub(super) const RULE: $crate::rule::Rule = $crate::rule::Rule {
            id: $id,
            summary: $summary,
            group: $crate::rule::Group::$group,
            stage: $crate::rule::Stage::$stage,
            source: $crate::rule::Source::$source,
            since: $since,
            depends_on_run: $crate::rule::declare_rule!(@or_false $($depends_on_run)?),
            excludes_others: $crate::rule::declare_rule!(@or_false $($excludes_others)?),
            doc_lines: &[$($line),+],
            check,
        };
    };
    (@or_false) => { false };
    (@or_false $value:literal) => { $value };
}

pub(crate) use declare_rule;
