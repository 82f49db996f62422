use semver::Version;

use crate::{
    context::{is_release_placeholder, release_version},
    quote::join_first,
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for a version that differs from the one in the plugin's `Cargo.toml` or `package.json`. A version `0.0.0`
    /// there counts as none, and so do a development version, such as `0.0.0-development` or `1.3.0-dev`, and one that is
    /// not a semantic version. A `Cargo.toml` without `stratos-sdk` may belong to something else, and is skipped.
    ///
    /// A manifest with a version such as `0.0.0-development` is skipped, since a release tool replaces it.
    ///
    /// ## Why is this bad?
    ///
    /// Updates are found by the version in `plugin.json`. If it was not increased, nobody gets the update; if the other
    /// file was forgotten, bug reports name the wrong version. Plugins have been published like that.
    ///
    /// ## Example
    ///
    /// ```text
    /// plugin.json     "version": "0.2.2"
    /// package.json    "version": "0.2.3"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// plugin.json     "version": "0.2.3"
    /// package.json    "version": "0.2.3"
    /// ```
    "version-drift" {
        summary: "the version differs from the one in another file",
        group: Suspicious,
        stage: Project,
        source: Observed,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let Some((literal, ours)) = cx.version() else {
        return;
    };
    if is_release_placeholder(&ours) {
        return;
    }
    let others: Vec<(&str, Version)> = cx
        .facts
        .versions
        .iter()
        .filter_map(release_version)
        .collect();
    let differing: Vec<_> = others
        .iter()
        .filter(|(_, theirs)| theirs.cmp_precedence(&ours).is_ne())
        .collect();
    let Some(newest) = differing.iter().map(|(_, theirs)| theirs).max() else {
        return;
    };
    let list = differing
        .iter()
        .map(|(file, theirs)| format!("`{theirs}` in {}", quote(file)));
    let finding = cx
        .finding(
            span(literal),
            format!("the version is `{ours}` here, but {}", join_first(list)),
        )
        .note("updates are found by the version in the manifest");
    let is_newest = |(_, theirs): &(&str, Version)| theirs == newest;
    out.push(if newest.cmp_precedence(&ours).is_lt() {
        let files = differing.iter().map(|(file, _)| quote(file));
        finding.help(format!("write `{ours}` in {}, too", join_first(files)))
    } else if others.iter().all(is_newest) {
        finding
            .help(format!(
                "write `\"version\": \"{newest}\"`, if that is the next release"
            ))
            .unsafe_fix([Edit::set_text(literal, &newest.to_string())])
    } else {
        finding.help("write the same version everywhere")
    });
}
