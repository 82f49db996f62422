use semver::Version;

use crate::rules::{
    findings::{VersionAdvice, version_advice},
    prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for versions that are not semantic versions.
    ///
    /// ## Why is this bad?
    ///
    /// Updates are found by comparing versions, which requires three numbers. A version with a fourth number, or with
    /// another suffix than a pre-release, has no place in that order.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "version": "v1.2" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "version": "1.2.0" }
    /// ```
    "malformed-version" {
        summary: "the version is not a semantic version",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let Some(version) = cx.text_at(&["version"]) else {
        return;
    };
    if Version::parse(&version.value).is_ok() {
        return;
    }
    let VersionAdvice { note, help, fix } = version_advice(cx, &version.value);
    let finding = cx
        .finding(
            span(version),
            format!("{} is not a semantic version", quote(&version.value)),
        )
        .note(note)
        .help(help);
    out.push(match fix {
        Some((nearest, safety)) => {
            finding.fix(safety, [Edit::set_text(version, &nearest.to_string())])
        }
        None => finding,
    });
}
