use crate::{
    diagnostic::{Diagnostic, Findings},
    quote::quote,
    rule::{Rule, declare_rule},
    rules::{RULES, RuleContext},
    suppress::{UnusedReason, UnusedSuppression},
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds exceptions in `stratos.toml` and entries of a baseline that suppress nothing any more.
    ///
    /// Only what a run proves is reported: the rule has to be on, and the manifests in question have to be readable
    /// and among those that were checked. Rules that look at git's tags, or at the other plugins of the run, may find
    /// something again in the next run: what suppresses them is never reported.
    ///
    /// ## Why is this bad?
    ///
    /// The mistake is repaired, and its exception waits for the next one to hide it.
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
    /// Remove the exception. A baseline is written anew with `--write-baseline`.
    "unused-suppression" {
        summary: "an exception or a baseline's entry that suppresses nothing",
        group: Suspicious,
        stage: Suppression,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let proven = cx.unused.iter().filter(|unused| is_proven(unused));
    out.extend(proven.map(|unused| describe(cx, unused)));
}

fn is_proven(unused: &UnusedSuppression) -> bool {
    let is_of_the_run = |rule: &Rule| rule.id == unused.rule && rule.is_of_the_run();
    match unused.reason {
        UnusedReason::NoFinding | UnusedReason::Fewer { .. } => !RULES.iter().any(is_of_the_run),
        UnusedReason::NoManifest | UnusedReason::NoRule => true,
    }
}

fn describe(cx: &RuleContext<'_>, unused: &UnusedSuppression) -> Diagnostic {
    let rule = quote(&unused.rule);
    let finding = |message| cx.finding(unused.span.clone(), message);
    match unused.reason {
        UnusedReason::NoFinding => finding(format!("this exception from {rule} covers no finding"))
            .note("the rule looked at every manifest that the exception is for")
            .help("remove the exception"),
        UnusedReason::Fewer { recorded, left: 0 } => finding(format!(
            "{} of {rule} recorded here {} gone",
            findings(recorded),
            if recorded == 1 { "is" } else { "are" }
        ))
        .note("the entry would hide the next mistake at this place")
        .help("remove the entry, or write the baseline again with `--write-baseline`"),
        UnusedReason::Fewer { recorded, left } => finding(format!(
            "of the {} of {rule} recorded here, {left} {} left",
            findings(recorded),
            if left == 1 { "is" } else { "are" }
        ))
        .note("the entry would hide the next mistake at this place")
        .help(format!(
            "write `\"count\": {left}`, or write the baseline again with `--write-baseline`"
        )),
        UnusedReason::NoManifest => finding("the manifest of this entry is not there".to_owned())
            .note("its path is relative to the baseline's folder")
            .help("remove the entry, or write the baseline again with `--write-baseline`"),
        UnusedReason::NoRule => finding(format!("there is no rule called {rule}"))
            .note("this version of the check does not know it, and nothing is suppressed")
            .help("remove the entry, or write the baseline again with `--write-baseline`"),
    }
}

fn findings(count: usize) -> String {
    match count {
        1 => "1 finding".to_owned(),
        count => format!("{count} findings"),
    }
}
