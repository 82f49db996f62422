use crate::{rules::prelude::*, syntax::describe_kind};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for files whose JSON is not an object.
    ///
    /// ## Why is this bad?
    ///
    /// A manifest is a set of named fields. An array around it has no fields.
    ///
    /// ## Example
    ///
    /// ```json
    /// [{ "id": "my-plugin" }]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "id": "my-plugin" }
    /// ```
    "not-an-object" {
        summary: "the JSON is not an object",
        group: Correctness,
        stage: File,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let Some(value) = cx
        .manifest
        .root
        .as_ref()
        .filter(|value| value.as_object().is_none())
    else {
        return;
    };
    let message = format!(
        "a manifest is an object, but this is {}",
        describe_kind(value)
    );
    let is_wrapped = value.as_array().is_some_and(
        |array| matches!(array.elements.as_slice(), [only] if only.as_object().is_some()),
    );
    out.push(
        cx.finding(head_span(value), message)
            .note("the Stratos shell reads fields such as `id` from it")
            .help(match is_wrapped {
                true => "remove the `[` at the start and the `]` at the end",
                false => "write the fields between `{` and `}`: { \"id\": \"my-plugin\" }",
            }),
    );
}
