//! Suppression of findings by the exceptions of a project's settings.

use crate::{check::Report, diagnostic::Diagnostic, settings::Exception, syntax::are_all_below};

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
            .position(|exception| covers(exception, plugin, diagnostic));
        if let Some(covering) = covering {
            used[covering] += 1;
        }
        covering.is_none()
    });
    used
}

/// Whether the exception covers a finding in the manifest of `plugin`, `None` if that manifest has no id.
fn covers(exception: &Exception, plugin: Option<&str>, diagnostic: &Diagnostic) -> bool {
    exception.rule == diagnostic.rule
        && (exception.plugin.is_none() || exception.plugin.as_deref() == plugin)
        && exception
            .at
            .as_deref()
            .is_none_or(|at| are_all_below(&diagnostic.at, at))
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
