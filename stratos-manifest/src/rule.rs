//! What a rule is.

use crate::{diagnostic::Findings, levels::RuleLevel, rules::RuleContext};

/// One thing that can be wrong with a manifest.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its name in kebab-case. It names the mistake, not the ideal.
    pub id: &'static str,
    /// What is wrong, in one line.
    pub summary: &'static str,
    /// What kind of mistake it is, which decides the level of its findings.
    pub group: Group,
    /// What has to be readable before it can look.
    pub stage: Stage,
    /// What the rule rests on.
    pub source: Source,
    /// The version of this crate that had it first.
    pub since: &'static str,
    pub(crate) is_of_the_run: bool,
    pub(crate) doc_lines: &'static [&'static str],
    pub(crate) check: fn(&RuleContext<'_>, &mut Findings),
}

/// Rules of one kind, with one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// The shell, or the upload, will refuse it or do something else than meant: an error.
    Correctness,
    /// Most likely not meant: a warning.
    Suspicious,
    /// Works, but is better said otherwise: a warning.
    Style,
    /// For those who want to hear everything: not reported unless asked for.
    Pedantic,
}

/// How far a manifest has to be readable before a rule can look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The file itself: its bytes and its JSON.
    File,
    /// What the JSON says.
    Manifest,
    /// The files around the manifest, as far as [`ProjectFacts`](crate::ProjectFacts) knows them.
    Project,
    /// What suppresses findings, after all manifests.
    Suppression,
}

impl Stage {
    /// Whether exceptions may cover the findings: not those of unreadable files, where no other rule can run, and not
    /// those about the exceptions themselves.
    pub const fn is_suppressible(self) -> bool {
        matches!(self, Self::Manifest | Self::Project)
    }
}

/// What a rule rests on; the crate's own docs say what the versions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The JSON standard, as `JSON.parse` applies it.
    Json,
    /// The guide to background modules.
    V1,
    /// The later public documentation (V2, V3).
    LaterDocs,
    /// What published plugins do, or what an operating system is seen to do.
    Observed,
    /// A limit that protects the tools which read manifests.
    ToolLimit,
    /// Nothing but our own judgement.
    Judgement,
}

impl Rule {
    /// Whether its findings depend on the run as well: on the git tags of the commit, or on the other plugins that are
    /// checked with this one. That it finds nothing this time proves nothing.
    pub const fn is_of_the_run(&self) -> bool {
        self.is_of_the_run
    }

    /// What the rule does, why, and an example with its repair, as Markdown.
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
    /// All groups, the gravest first.
    pub const ALL: [Self; 4] = [
        Self::Correctness,
        Self::Suspicious,
        Self::Style,
        Self::Pedantic,
    ];

    /// What happens to the findings of its rules where nobody says otherwise.
    pub const fn level(self) -> RuleLevel {
        match self {
            Self::Correctness => RuleLevel::Deny,
            Self::Suspicious | Self::Style => RuleLevel::Warn,
            Self::Pedantic => RuleLevel::Allow,
        }
    }

    /// Its name on a command line and in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Correctness => "correctness",
            Self::Suspicious => "suspicious",
            Self::Style => "style",
            Self::Pedantic => "pedantic",
        }
    }
}

/// Declares the rule of a file, whose function `check` does the work.
///
/// The doc comment is the rule's documentation everywhere; a test wants four headings in it.
macro_rules! declare_rule {
    (
        $(#[doc = $line:literal])+
        $id:literal {
            summary: $summary:literal,
            group: $group:ident,
            stage: $stage:ident,
            source: $source:ident,
            since: $since:literal
            $(, is_of_the_run: $is_of_the_run:literal)? $(,)?
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
            is_of_the_run: $crate::rule::declare_rule!(@or_false $($is_of_the_run)?),
            doc_lines: &[$($line),+],
            check,
        };
    };
    (@or_false) => { false };
    (@or_false $said:literal) => { $said };
}

pub(crate) use declare_rule;
