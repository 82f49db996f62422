use semver::{Version, VersionReq};

use crate::{
    context::RuleContext, diagnostic::Findings, facts::SdkSource, quote::quote, rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds a `Cargo.toml` that asks for a version of `stratos-sdk` which does not fit this tool: its requirement does
    /// not admit the tool's own version. What comes from a folder or a repository is not looked at.
    ///
    /// ## Why is this bad?
    ///
    /// The SDK and `cargo stratos` are made for each other in the same version. With other versions the plugin and the
    /// mocked shell may not agree on a protocol, and what is checked here may not be what the SDK accepts.
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
                "{} asks for stratos-sdk {}, but this tool was made with stratos-sdk {ours}",
                quote(&found.file),
                quote(wanted)
            ),
        )
        .note("in other versions the plugin and the tool may not understand each other")
        .help(format!(
            "use the version of `cargo stratos` that the plugin's SDK has, or ask for stratos-sdk {ours}"
        )),
    );
}

/// A version before a release counts as the release: whoever uses such a tool means what is to come.
fn admits(requirement: &VersionReq, version: &Version) -> bool {
    let release = Version::new(version.major, version.minor, version.patch);
    requirement.matches(version) || requirement.matches(&release)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_requirements_admit_their_versions() {
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
