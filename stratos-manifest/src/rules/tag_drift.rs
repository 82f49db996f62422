use semver::Version;

use crate::{
    context::{is_release_placeholder, tagged_version},
    facts::FileVersion,
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for a version that differs from the git tag of the checked-out commit: `v1.2.3` or `1.2.3`, or with the
    /// plugin's id in front, `fuel-check-v1.2.3`, `fuel-check@1.2.3` or `fuel-check/v1.2.3`. Other tags are ignored. A
    /// tag without an id belongs to the only plugin of the commit, or to the plugin at the root of the repository.
    ///
    /// The committed version counts: after you write another version, the tag of the previous commit does not matter.
    /// Build metadata, as in `1.2.3+5`, makes no difference. A version such as `0.0.0-development` is skipped, since a
    /// release tool replaces it.
    ///
    /// If `version-drift` already reports the mismatch, because another file has the version of the tag, this rule is
    /// silent.
    ///
    /// ## Why is this bad?
    ///
    /// A release should have the version of its tag. Otherwise it is published with the previous version, and nobody
    /// gets it as an update.
    ///
    /// ## Example
    ///
    /// ```text
    /// plugin.json    "version": "1.2.2"
    /// git tag        v1.2.3
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// plugin.json    "version": "1.2.3"
    /// git tag        v1.2.3
    /// ```
    "tag-drift" {
        summary: "the version differs from the git tag of this commit",
        group: Suspicious,
        stage: Project,
        source: Judgement,
        since: "0.1.0",
        depends_on_run: true,
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let (Some((literal, ours)), Some(id)) = (cx.version(), cx.id()) else {
        return;
    };
    if is_release_placeholder(&ours) {
        return;
    }
    let is_ours = |theirs: &Version| theirs.cmp_precedence(&ours).is_eq();
    let tags = cx.facts.tags.iter();
    let tagged: Vec<(&str, Version)> = tags
        .filter_map(|tag| Some((tag.as_str(), tagged_version(tag, &id.value)?)))
        .collect();
    if tagged.iter().any(|(_, theirs)| is_ours(theirs)) {
        return;
    }
    let Some((tag, theirs)) = tagged.iter().max_by(|(_, a), (_, b)| a.cmp(b)) else {
        return;
    };
    let has_tagged_version = |found: &FileVersion| {
        let version = Version::parse(&found.version);
        version.is_ok_and(|version| version.cmp_precedence(theirs).is_eq())
    };
    if cx.facts.versions.iter().any(has_tagged_version) {
        return;
    }
    let expected = tag.replace(&theirs.to_string(), &ours.to_string());
    let [quoted, expected] = [*tag, expected.as_str()].map(quote);
    let finding = cx
        .finding(
            span(literal),
            format!("the version is `{ours}`, but this commit has the tag {quoted}"),
        )
        .note("a release should have the version of its tag");
    out.push(match *theirs > ours {
        true => finding
            .help(format!(
                "write `\"version\": \"{theirs}\"`, commit, and move the tag {quoted} to that commit"
            ))
            .unsafe_fix([Edit::set_text(literal, &theirs.to_string())]),
        false => finding.help(format!(
            "set the tag {expected} instead, or correct the version"
        )),
    });
}
