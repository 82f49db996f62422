use crate::{
    background::CONVENTIONAL,
    context::RuleContext,
    diagnostic::Findings,
    fix::Edit,
    quote::quote,
    reading::{find, head},
    rule::declare_rule,
    suggest::closest,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds a Rust plugin, that is a crate which depends on `stratos-sdk`, whose manifest has no `background`.
    ///
    /// ## Why is this bad?
    ///
    /// By the guide (V1), the shell loads a background module only if the manifest declares one: the plugin would be
    /// built, packed, installed, and never started. The later documentation does without the field, and does not mind
    /// it.
    ///
    /// ## Example
    ///
    /// ```text
    /// plugin.json             no `background`
    /// Cargo.toml              stratos-sdk = "0.1"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// plugin.json             "background": { "entryModule": "background/index.js" }
    /// Cargo.toml              stratos-sdk = "0.1"
    /// ```
    "undeclared-background" {
        summary: "a Rust plugin does not declare its background module",
        group: Suspicious,
        stage: Project,
        source: V1,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let Some(value) = cx.value else {
        return;
    };
    let (Some(root), Some(cargo)) = (value.as_object(), cx.facts.sdk_crate()) else {
        return;
    };
    let is_misspelt = |key: &str| closest(key, ["background"]).is_some();
    let mut keys = root
        .properties
        .iter()
        .map(|property| property.name.as_str());
    if find(root, "background").is_some() || keys.any(is_misspelt) {
        return;
    }
    let property = format!("\"background\": {{ \"entryModule\": \"{CONVENTIONAL}\" }}");
    let edit = Edit::insert_property(cx.text, root, &property);
    out.push(
        cx.finding(head(value), "the background module is not declared")
            .note(format!(
                "{} depends on `stratos-sdk`, but shells that go by the guide load a background module only if the manifest names it",
                quote(&cargo.file)
            ))
            .help(format!("add `{property}`"))
            .safe_fix([edit]),
    );
}
