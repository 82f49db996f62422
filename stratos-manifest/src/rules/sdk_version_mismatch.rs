use semver::{Version, VersionReq};

use crate::{facts::SdkSource, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for a `Cargo.toml` whose requirement for `stratos-sdk` does not admit the version of this tool. Path and
    /// git dependencies are skipped.
    ///
    /// ## Why is this bad?
    ///
    /// The SDK and `cargo stratos` are released together, with the same version. With other versions the plugin and the
    /// mocked shell may not agree on a protocol, and the checks here may not match what the SDK accepts.
    ///
    /// ## Example
    ///
    /// ```text
    /// cargo stratos --version    0.1.0
    /// Cargo.toml                 stratos = { package = "stratos-sdk", version = "0.3" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// cargo stratos --version    0.3.0
    /// Cargo.toml                 stratos = { package = "stratos-sdk", version = "0.3" }
    /// ```
    "sdk-version-mismatch" {
        summary: "the plugin's SDK has another version than this tool",
        group: Suspicious,
        stage: Project,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let Some(found) = &cx.facts.rust_crate else {
        return;
    };
    let Some(SdkSource::Registry(wanted)) = &found.sdk else {
        return;
    };
    let (Ok(requirement), Ok(ours)) = (
        VersionReq::parse(wanted),
        Version::parse(env!("CARGO_PKG_VERSION")),
    ) else {
        return;
    };
    if admits(&requirement, &ours) {
        return;
    }
    out.push(
        cx.finding(
            cx.background_span(),
            format!(
                "{} requires stratos-sdk {}, but this tool was released with stratos-sdk {ours}",
                quote(&found.file),
                quote(wanted)
            ),
        )
        .note("a plugin and a tool of different versions may not agree on a protocol")
        .help(format!(
            "use the version of `cargo stratos` that matches the plugin's SDK, or require stratos-sdk {ours}"
        )),
    );
}

/// Whether the requirement admits the version, or, for a pre-release, the release after it.
fn admits(requirement: &VersionReq, version: &Version) -> bool {
    let release = Version::new(version.major, version.minor, version.patch);
    requirement.matches(version) || requirement.matches(&release)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_admit_compatible_versions_and_pre_releases() {
        for (requirement, version, expected) in [
            ("0.1", "0.1.7", true),
            ("^0.1.7", "0.1.7", true),
            ("*", "0.1.7", true),
            ("0.2", "0.2.0-rc.1", true),
            ("=0.1.6", "0.1.7", false),
            ("0.1.8", "0.1.7", false),
            ("0.2", "0.1.7", false),
        ] {
            let parsed = VersionReq::parse(requirement).unwrap();
            let version = Version::parse(version).unwrap();
            assert_eq!(
                admits(&parsed, &version),
                expected,
                "{requirement} {version}"
            );
        }
    }
}
