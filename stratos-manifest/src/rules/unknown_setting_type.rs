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

/// Names of the types in other settings formats: HTML forms, JSON Schema, and the settings of editors and apps.
const SYNONYMS: &[Synonyms] = &[
    Synonyms::of(
        "boolean",
        &["checkbox", "flag", "switch", "toggle", "yes no"],
    ),
    Synonyms::of(
        "text",
        &[
            "input",
            "line",
            "string",
            "str",
            "text field",
            "text input",
            "textbox",
        ],
    ),
    Synonyms {
        value: "text",
        words: &[
            "color",
            "colour",
            "datetime",
            "datetime local",
            "email",
            "file",
            "password",
            "path",
            "phone",
            "secret",
            "tel",
            "time",
            "url",
        ],
        remark: "; what is entered is not hidden, and only a `pattern` checks it",
    },
    Synonyms::of(
        "longtext",
        &["multiline", "multiline text", "paragraph", "text area"],
    ),
    Synonyms::of("number", &["decimal", "double", "float", "numeric"]),
    Synonyms {
        value: "number",
        words: &["int", "integer"],
        remark: "; with `\"step\": 1`, only whole numbers can be entered",
    },
    Synonyms::of("range", &["slider"]),
    Synonyms::of(
        "list",
        &[
            "choice", "combo", "combobox", "dropdown", "enum", "option", "options", "picker",
            "select",
        ],
    ),
    Synonyms::of("radio", &["radio button", "radio buttons", "radio group"]),
    Synonyms::of("date", &["calendar", "date picker", "day"]),
    Synonyms::of("json", &["any", "array", "dict", "map", "object"]),
];

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let is_included = |node: &ObjectNode<'_>| node.is_setting();
    let found = unknown_enum_values(cx, is_included, "type", "a setting type", SYNONYMS);
    out.extend(found.map(|finding| {
        finding.note("the type decides which form field is shown and what is stored")
    }));
}
