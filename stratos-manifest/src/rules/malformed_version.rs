use semver::Version;

use crate::rules::prelude::*;

declare_rule! {
    /// ## What it does
    ///
    /// Checks for versions that are not semantic versions.
    ///
    /// ## Why is this bad?
    ///
    /// Updates are found by comparing versions, which requires all three numbers.
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
    if Version::parse(&version.value).is_err() {
        let suggested = suggested_version(&version.value);
        let example = suggested.clone().unwrap_or(Version::new(0, 1, 0));
        let finding = cx
            .finding(
                span(version),
                format!("{} is not a semantic version", quote(&version.value)),
            )
            .note("a version has three numbers: major.minor.patch")
            .help(format!("write `\"version\": \"{example}\"`"))
            .fix(
                Safety::safe_if(without_prefix(&version.value) == example.to_string()),
                suggested.map(|suggested| Edit::set_text(version, &suggested.to_string())),
            );
        out.push(finding);
    }
}

/// The text without surrounding space and a leading `v`.
fn without_prefix(text: &str) -> &str {
    text.trim().trim_start_matches(['v', 'V'])
}

/// The version without a leading `v` and leading zeros, and with missing numbers as zero.
fn suggested_version(text: &str) -> Option<Version> {
    let text = without_prefix(text);
    let suffix = text.find(['-', '+']).unwrap_or(text.len());
    let (core, suffix) = text.split_at(suffix);
    let mut numbers = core.split('.').map(|number| number.parse::<u64>().ok());
    let mut next = || numbers.next().unwrap_or(Some(0));
    let core = Version::new(next()?, next()?, next()?);
    if numbers.next().is_some() {
        return None;
    }
    format!("{core}{suffix}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_numbers_and_prefixes_are_corrected() {
        for (text, expected) in [
            ("v1.2.3", Some("1.2.3")),
            ("1", Some("1.0.0")),
            (" 1.2 ", Some("1.2.0")),
            ("01.2.3", Some("1.2.3")),
            ("1.2-beta.1", Some("1.2.0-beta.1")),
            ("1.2.3.4", None),
            ("latest", None),
            ("1.x", None),
        ] {
            let suggested = suggested_version(text).map(|version| version.to_string());
            assert_eq!(suggested.as_deref(), expected, "{text}");
        }
    }
}
