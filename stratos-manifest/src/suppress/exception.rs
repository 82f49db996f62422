//! Exceptions: findings that the settings say are meant to be so.

use std::ops::Range;

use crate::{
    check::Report,
    diagnostic::Diagnostic,
    reading::{are_among, is_at_or_below},
};

/// One of `[[check.exceptions]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The id of the rule.
    pub rule: &'static str,
    /// The keys that lead to the place, and to all below it; without them, everywhere.
    pub at: Option<String>,
    /// The id of the plugin; without it, all that the settings apply to.
    pub plugin: Option<String>,
    /// Why it is right as it is.
    pub reason: String,
    /// The bytes of the settings where its rule is named.
    pub span: Range<usize>,
}

impl Exception {
    /// Whether a finding in the manifest of the plugin `plugin` is one that it means.
    pub fn covers(&self, plugin: Option<&str>, diagnostic: &Diagnostic) -> bool {
        self.rule == diagnostic.rule
            && self.is_about(plugin)
            && self
                .at
                .as_deref()
                .is_none_or(|at| are_among(&diagnostic.at, at, is_at_or_below))
    }

    /// Whether it may mean findings of this plugin.
    pub fn is_about(&self, plugin: Option<&str>) -> bool {
        self.plugin.is_none() || self.plugin.as_deref() == plugin
    }
}

/// Takes the findings out of `report` that exceptions cover, and says how many each of them did.
///
/// A report that does not have all findings stays whole: what was left out might not be covered.
pub fn suppress(report: &mut Report, exceptions: &[Exception], plugin: Option<&str>) -> Vec<usize> {
    let mut used = vec![0; exceptions.len()];
    if report.omitted > 0 {
        return used;
    }
    report.diagnostics.retain(|diagnostic| {
        let covering = exceptions
            .iter()
            .position(|exception| exception.covers(plugin, diagnostic));
        if let Some(covering) = covering {
            used[covering] += 1;
        }
        covering.is_none()
    });
    used
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{check::check, facts::ProjectFacts};

    #[test]
    fn of_several_missing_fields_each_has_to_be_meant() {
        let left = |source: &str, at: &str| {
            let exception = Exception {
                rule: "missing-field",
                at: Some(at.to_owned()),
                plugin: None,
                reason: "it is meant".to_owned(),
                span: 0..0,
            };
            let mut report = check(source.as_bytes(), &ProjectFacts::none());
            report.diagnostics.retain(|d| d.at.starts_with("author."));
            suppress(&mut report, &[exception], None);
            report.diagnostics.len()
        };
        let [both, one] = [r#"{ "author": {} }"#, r#"{ "author": { "id": "a" } }"#];
        for (source, at, expected) in [
            (both, "author", 0),
            (both, "author.id, author.name", 0),
            (both, "author.name", 1),
            (one, "author.id, author.name", 0),
            (one, "author.name", 0),
            (one, "author.id", 1),
        ] {
            assert_eq!(left(source, at), expected, "{source} {at}");
        }
    }
}
