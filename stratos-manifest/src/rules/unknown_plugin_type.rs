use crate::{
    rules::{
        findings::{Synonyms, unknown_enum_values},
        prelude::*,
    },
    schema::ObjectNode,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for a `type` that is neither `user` nor `airline`.
    ///
    /// ## Why is this bad?
    ///
    /// The type decides who installs the plugin: a pilot, or the administrator of a virtual airline for all its pilots.
    /// There is no other type.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "type": "pilot" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "type": "user" }
    /// ```
    "unknown-plugin-type" {
        summary: "the type is neither `user` nor `airline`",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

const SYNONYMS: &[Synonyms] = &[
    Synonyms::of("user", &["personal", "pilot"]),
    Synonyms::of(
        "airline",
        &["company", "organization", "va", "virtual airline"],
    ),
];

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let is_included = |node: &ObjectNode<'_>| !node.is_setting();
    let found = unknown_enum_values(cx, is_included, "type", "a plugin type", SYNONYMS);
    out.extend(found.map(|finding| {
        finding.note(
            "pilots install a `user` plugin themselves, an airline installs an `airline` plugin for all its pilots",
        )
    }));
}
