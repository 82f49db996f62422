//! Suppressions that suppress nothing, as the caller found them out.

use std::ops::Range;

#[cfg(feature = "full")]
use crate::{
    rules::RULES,
    suppress::{BaselineEntry, Exception},
};

/// An exception or a baseline's entry that a run proved to be without an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedSuppression {
    /// The bytes of the settings or the baseline that it is written in.
    pub span: Range<usize>,
    /// The rule whose findings it suppresses, as written.
    pub rule: String,
    /// Why it has no effect.
    pub reason: UnusedReason,
}

#[cfg(feature = "full")]
impl From<&Exception> for UnusedSuppression {
    fn from(exception: &Exception) -> Self {
        Self {
            span: exception.span.clone(),
            rule: exception.rule.to_owned(),
            reason: UnusedReason::NoFinding,
        }
    }
}

#[cfg(feature = "full")]
impl BaselineEntry {
    /// What there is to say about the entry, if it covers `left` findings.
    pub fn unused(&self, left: usize) -> Option<UnusedSuppression> {
        let is_known = RULES.iter().any(|rule| rule.id == self.rule);
        let reason = match is_known {
            false => UnusedReason::NoRule,
            true => UnusedReason::Fewer {
                recorded: self.count,
                left,
            },
        };
        (left < self.count).then(|| self.unused_for(reason))
    }

    /// That the entry's manifest is not there.
    pub fn without_manifest(&self) -> UnusedSuppression {
        self.unused_for(UnusedReason::NoManifest)
    }

    fn unused_for(&self, reason: UnusedReason) -> UnusedSuppression {
        UnusedSuppression {
            span: self.span.clone(),
            rule: self.rule.clone(),
            reason,
        }
    }
}

/// Why a suppression has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnusedReason {
    /// An exception that no finding fits.
    NoFinding,
    /// A baseline's entry that counts more findings than there are.
    Fewer {
        /// How many it counts.
        recorded: usize,
        /// How many there are.
        left: usize,
    },
    /// The baseline's entry is about a manifest that is not there any more.
    NoManifest,
    /// There is no rule of this name in this version.
    NoRule,
}
