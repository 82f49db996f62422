//! Exceptions in a project's settings, which suppress findings.

use std::ops::Range;

use crate::{
    check::Report, context::UnusedSuppression, diagnostic::Diagnostic, syntax::are_all_below,
};

/// An entry of `[[check.exceptions]]` in `stratos.toml`: findings that are not reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The id of the rule.
    pub rule: &'static str,
    /// A key path such as `author.contact`: findings at it and below it are covered. `None` covers the whole manifest.
    pub at: Option<String>,
    /// The id of the plugin; `None` covers every plugin that the settings apply to.
    pub plugin: Option<String>,
    /// Why the finding is acceptable, for readers of the settings.
    pub reason: String,
    /// The bytes of the settings where the exception names its rule.
    pub span: Range<usize>,
}

impl Exception {
    /// Whether the exception covers a finding in the manifest of `plugin`, `None` if that manifest has no id.
    fn covers(&self, plugin: Option<&str>, diagnostic: &Diagnostic) -> bool {
        self.rule == diagnostic.rule
            && (self.plugin.is_none() || self.plugin.as_deref() == plugin)
            && self
                .at
                .as_deref()
                .is_none_or(|at| are_all_below(&diagnostic.at, at))
    }
}

impl From<&Exception> for UnusedSuppression {
    fn from(exception: &Exception) -> Self {
        Self {
            span: exception.span.clone(),
            rule: exception.rule,
        }
    }
}

/// Removes the findings that an exception covers from `report`, and returns for each exception how many it covered.
///
/// A report with omitted findings is left as it is, since the omitted ones may not be covered.
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
    fn an_exception_must_cover_every_missing_field_of_a_finding() {
        let remaining = |source: &str, at: &str| {
            let exception = Exception {
                rule: "missing-field",
                at: Some(at.to_owned()),
                plugin: None,
                reason: "intended".to_owned(),
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
            assert_eq!(remaining(source, at), expected, "{source} {at}");
        }
    }
}
