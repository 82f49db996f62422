use crate::{
    rules::{
        findings::{extra_help, field_example},
        prelude::*,
    },
    schema::ViolationKind,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for required fields that are empty or contain only white space.
    ///
    /// ## Why is this bad?
    ///
    /// An empty text is as good as a missing one: the plugin would have no name, or no icon.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "name": "" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "name": "My plugin" }
    /// ```
    "empty-text" {
        summary: "a required field is empty",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (node, violation) in cx.violations(ViolationKind::Empty) {
        let Some(value) = violation.value(node) else {
            continue;
        };
        let key = quote(&node.path(violation.field.key));
        out.push(
            cx.finding(span(value), format!("{key} is empty"))
                .note(format!("{} requires it", node.schema.name))
                .help(format!(
                    "write a value, such as `{}`{}",
                    field_example(cx, node, violation.field),
                    extra_help(violation.field)
                )),
        );
    }
}
