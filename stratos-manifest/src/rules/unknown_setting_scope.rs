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
    /// Checks for settings whose `scope` is neither `user` nor `airline`.
    ///
    /// ## Why is this bad?
    ///
    /// The scope decides who may change the setting. With an unknown scope, nobody could.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "availableSettings": [{ "key": "on", "name": "On", "type": "boolean", "scope": "pilot" }] }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "availableSettings": [{ "key": "on", "name": "On", "type": "boolean", "scope": "user" }] }
    /// ```
    "unknown-setting-scope" {
        summary: "a setting's scope is neither `user` nor `airline`",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

const SYNONYMS: &[Synonyms] = &[
    Synonyms::of("user", &["local", "personal", "pilot"]),
    Synonyms::of(
        "airline",
        &[
            "admin",
            "administrator",
            "company",
            "organization",
            "va",
            "virtual airline",
        ],
    ),
];

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let is_included = |node: &ObjectNode<'_>| node.is_setting();
    let found = unknown_enum_values(cx, is_included, "scope", "a setting scope", SYNONYMS);
    out.extend(found.map(|finding| {
        finding.note(
            "pilots change a `user` setting, the airline's administrator an `airline` setting",
        )
    }));
}
