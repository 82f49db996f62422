use crate::rules::prelude::*;

declare_rule! {
    /// ## What it does
    ///
    /// Finds exceptions in `stratos.toml` that suppress no finding.
    ///
    /// An exception is reported only if its rule is on, and if every manifest that it applies to was checked and could
    /// be read. Exceptions from rules that depend on git tags, or on the other plugins of the run, are never reported:
    /// such a rule may find something in the next run.
    ///
    /// ## Why is this bad?
    ///
    /// The mistake has been repaired, but the exception would hide the next one.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [[check.exceptions]]
    /// rule = "unknown-key"
    /// at = "extra"
    /// reason = "read by our own tool"
    /// ```
    ///
    /// where `plugin.json` has no key `extra`.
    ///
    /// ## Use instead
    ///
    /// Remove the exception.
    "unused-suppression" {
        summary: "an exception that suppresses no finding",
        group: Suspicious,
        stage: Suppression,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for unused in cx.unused {
        let message = format!("this exception from `{}` covers no finding", unused.rule);
        let finding = cx
            .finding(unused.span.clone(), message)
            .note("every manifest that the exception applies to was checked")
            .help("remove the exception");
        out.push(finding);
    }
}
