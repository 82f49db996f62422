use semver::Version;

use crate::{
    context::{RuleContext, tagged_version},
    diagnostic::Findings,
    facts::FileVersion,
    fix::Edit,
    quote::quote,
    reading::span,
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds a version that differs from the git tag of the commit that is checked out: `v1.2.3` or `1.2.3`, or with
    /// the plugin's id in front, `fuel-check-v1.2.3`, `fuel-check@1.2.3` or `fuel-check/v1.2.3`. Other tags say
    /// nothing. A tag without an id means the only plugin of its commit, or the one at the repository's root.
    ///
    /// It is about what was committed: once you write another version, the tag of the commit before is of no concern.
    ///
    /// Where `version-drift` says the same already, because the tag's version is also that of another file, this rule
    /// is silent.
    ///
    /// ## Why is this bad?
    ///
    /// What is released under a tag should have the tag's version. Otherwise the release goes out with the version
    /// before, and nobody gets it as an update.
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
    let tags = cx.facts.tags.iter();
    let tagged: Vec<(&str, Version)> = tags
        .filter_map(|tag| Some((tag.as_str(), tagged_version(tag, &id.value)?)))
        .collect();
    if tagged.iter().any(|(_, theirs)| *theirs == ours) {
        return;
    }
    let Some((tag, theirs)) = tagged.iter().max_by(|(_, a), (_, b)| a.cmp(b)) else {
        return;
    };
    let is_said = |found: &FileVersion| found.version == theirs.to_string();
    if cx.facts.versions.iter().any(is_said) {
        return;
    }
    let right = tag.replace(&theirs.to_string(), &ours.to_string());
    let [quoted, right] = [*tag, right.as_str()].map(quote);
    let finding = cx
        .finding(
            span(literal),
            format!("the version is `{ours}`, but this commit has the tag {quoted}"),
        )
        .note("what is released under a tag should have the tag's version");
    out.push(match *theirs > ours {
        true => finding
            .help(format!(
                "write `\"version\": \"{theirs}\"`, commit, and set the tag {quoted} there"
            ))
            .unsafe_fix([Edit::set_text(literal, &theirs.to_string())]),
        false => finding.help(format!(
            "set the tag {right} instead, or correct the version"
        )),
    });
}
