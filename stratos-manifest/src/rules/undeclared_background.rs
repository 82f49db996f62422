use crate::{entry_module::CONVENTIONAL_ENTRY, rules::prelude::*, suggest::closest};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for Rust plugins without `background` in the manifest. A plugin is a Rust plugin if its crate depends on
    /// `stratos-sdk`.
    ///
    /// ## Why is this bad?
    ///
    /// A shell that follows the guide (V1) loads a background module only if the manifest declares one: the plugin
    /// would be built, packed and installed, but never started. The later documentation does not have the field, but
    /// allows it.
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
    let (Some(root), Some(cargo)) = (cx.root(), cx.facts.sdk_crate()) else {
        return;
    };
    let is_misspelled = |key: &str| closest(key, ["background"]).is_some();
    let mut keys = root
        .properties
        .iter()
        .map(|property| property.name.as_str());
    if find(root, "background").is_some() || keys.any(is_misspelled) {
        return;
    }
    let property = format!("\"background\": {{ \"entryModule\": \"{CONVENTIONAL_ENTRY}\" }}");
    let edit = Edit::insert_property(cx.manifest.text, root, &property);
    out.push(
        cx.finding(cx.background_span(), "the background module is not declared")
            .note(format!(
                "{} depends on `stratos-sdk`, but shells that follow the guide load a background module only if the manifest declares it",
                quote(&cargo.file)
            ))
            .help(format!("add `{property}`"))
            .safe_fix([edit]),
    );
}
