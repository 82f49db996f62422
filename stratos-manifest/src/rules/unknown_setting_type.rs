use crate::{
    rules::{findings::unknown_enum_values, prelude::*},
    schema::ObjectNode,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for settings with an unknown `type`.
    ///
    /// ## Why is this bad?
    ///
    /// The type decides which form field is shown and what is stored; an unknown type has no form field.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "availableSettings": [{ "key": "on", "name": "On", "type": "bool", "scope": "user" }] }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "availableSettings": [{ "key": "on", "name": "On", "type": "boolean", "scope": "user" }] }
    /// ```
    "unknown-setting-type" {
        summary: "a setting has an unknown type",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let is_included = |node: &ObjectNode<'_>| node.is_setting();
    let found = unknown_enum_values(cx, is_included, "type", "a setting type");
    out.extend(found.map(|finding| {
        finding.note("the type decides which form field is shown and what is stored")
    }));
}
